using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Relay.Core.Srtp;

/// <summary>
/// SHA-1's compression function (FIPS 180-4 section 6.1.2) over 16 or 8 messages that have nothing to do with each other.
/// Each message is a lane: one element of every vector. States lie transposed, a row for each of the five chaining words
/// with a column for each lane:
/// <code>
///          lane 0  lane 1  ...  lane 15
/// row 0    [ a       a             a  ]
/// row 4    [ e       e             e  ]
/// </code>
/// The narrow form uses the first eight columns of the same rows, so a batch that thins out goes on where it stands.
/// </summary>
internal static unsafe class Sha1Lanes
{
    /// <summary>Lanes of the wide form, and columns of a row.</summary>
    public const int Wide = 16;

    /// <summary>Lanes of the narrow form.</summary>
    public const int Narrow = 8;

    /// <summary>Chaining words, which are rows of a state.</summary>
    public const int StateWords = 5;

    /// <summary>Message words of a block.</summary>
    public const int BlockWords = 16;

    public const int BlockBytes = 64;

    /// <summary>Bytes of one row.</summary>
    public const int RowBytes = Wide * sizeof(uint);

    /// <summary>Rows that a schedule needs: the sixteen words of the blocks and what they are expanded to.</summary>
    public const int ScheduleWords = 80;

    private const uint K0 = 0x5A827999;
    private const uint K1 = 0x6ED9EBA1;
    private const uint K2 = 0x8F1BBCDC;
    private const uint K3 = 0xCA62C1D6;

    // VPTERNLOG's truth tables (first operand is the high bit of the index): b ? c : d, parity, majority.
    private const byte Choose = 0xCA;
    private const byte Parity = 0x96;
    private const byte Majority = 0xE8;

    /// <summary>Sixteen lanes need AVX-512 with byte shuffles.</summary>
    public static bool IsWideSupported => Avx512BW.IsSupported;

    public static bool IsNarrowSupported => Avx2.IsSupported;

    /// <summary>True if the narrow form has rotations and three-way logic, which makes it twice as fast.</summary>
    public static bool IsNarrowFast => Avx512BW.VL.IsSupported;

    /// <summary>Hashes the same number of blocks into each of 16 lanes.</summary>
    /// <param name="state">Five rows, 64-byte aligned; read and written.</param>
    /// <param name="messages">16 pointers to <paramref name="blocks"/> blocks each.</param>
    /// <param name="blocks">Blocks of each lane.</param>
    /// <param name="schedule"><see cref="ScheduleWords"/> rows, 64-byte aligned; overwritten.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CompressWide(uint* state, byte** messages, int blocks, uint* schedule)
    {
        for (nint offset = 0; offset < (nint)blocks * BlockBytes; offset += BlockBytes)
        {
            LoadWide(messages, offset, schedule);
            CompressWide(state, schedule);
        }
    }

    /// <summary>Hashes one block into each of 16 lanes, whose words are the first sixteen rows of the schedule.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CompressWide(uint* state, uint* schedule)
    {
        for (uint* w = schedule + (BlockWords * Wide); w < schedule + (ScheduleWords * Wide); w += Wide)
        {
            Vector512<uint> mixed = Avx512F.TernaryLogic(
                Row512(w - (3 * Wide)), Row512(w - (8 * Wide)), Row512(w - (14 * Wide)), Parity);
            Avx512F.RotateLeft(mixed ^ Row512(w - (16 * Wide)), 1).StoreAligned(w);
        }

        Vector512<uint> a = Row512(state);
        Vector512<uint> b = Row512(state + Wide);
        Vector512<uint> c = Row512(state + (2 * Wide));
        Vector512<uint> d = Row512(state + (3 * Wide));
        Vector512<uint> e = Row512(state + (4 * Wide));
        uint* word = schedule;
        RoundsWide(ref a, ref b, ref c, ref d, ref e, ref word, K0, Choose);
        RoundsWide(ref a, ref b, ref c, ref d, ref e, ref word, K1, Parity);
        RoundsWide(ref a, ref b, ref c, ref d, ref e, ref word, K2, Majority);
        RoundsWide(ref a, ref b, ref c, ref d, ref e, ref word, K3, Parity);
        (a + Row512(state)).StoreAligned(state);
        (b + Row512(state + Wide)).StoreAligned(state + Wide);
        (c + Row512(state + (2 * Wide))).StoreAligned(state + (2 * Wide));
        (d + Row512(state + (3 * Wide))).StoreAligned(state + (3 * Wide));
        (e + Row512(state + (4 * Wide))).StoreAligned(state + (4 * Wide));
    }

    /// <summary>Hashes the same number of blocks into each of 8 lanes; as the wide form otherwise.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CompressNarrow(uint* state, byte** messages, int blocks, uint* schedule)
    {
        for (nint offset = 0; offset < (nint)blocks * BlockBytes; offset += BlockBytes)
        {
            LoadNarrow(messages, offset, schedule);
            CompressNarrow(state, schedule);
        }
    }

    /// <summary>Hashes one block into each of 8 lanes, whose words are the first sixteen rows of the schedule.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CompressNarrow(uint* state, uint* schedule)
    {
        for (uint* w = schedule + (BlockWords * Wide); w < schedule + (ScheduleWords * Wide); w += Wide)
        {
            Vector256<uint> mixed = Row256(w - (3 * Wide)) ^ Row256(w - (8 * Wide)) ^ Row256(w - (14 * Wide));
            Rotate(mixed ^ Row256(w - (16 * Wide)), 1).StoreAligned(w);
        }

        Vector256<uint> a = Row256(state);
        Vector256<uint> b = Row256(state + Wide);
        Vector256<uint> c = Row256(state + (2 * Wide));
        Vector256<uint> d = Row256(state + (3 * Wide));
        Vector256<uint> e = Row256(state + (4 * Wide));
        uint* word = schedule;
        RoundsNarrow(ref a, ref b, ref c, ref d, ref e, ref word, K0, Choose);
        RoundsNarrow(ref a, ref b, ref c, ref d, ref e, ref word, K1, Parity);
        RoundsNarrow(ref a, ref b, ref c, ref d, ref e, ref word, K2, Majority);
        RoundsNarrow(ref a, ref b, ref c, ref d, ref e, ref word, K3, Parity);
        (a + Row256(state)).StoreAligned(state);
        (b + Row256(state + Wide)).StoreAligned(state + Wide);
        (c + Row256(state + (2 * Wide))).StoreAligned(state + (2 * Wide));
        (d + Row256(state + (3 * Wide))).StoreAligned(state + (3 * Wide));
        (e + Row256(state + (4 * Wide))).StoreAligned(state + (4 * Wide));
    }

    // Twenty rounds with one function. Five at a time, after which every word is back under its own name.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RoundsWide(
        ref Vector512<uint> a,
        ref Vector512<uint> b,
        ref Vector512<uint> c,
        ref Vector512<uint> d,
        ref Vector512<uint> e,
        ref uint* word,
        uint constant,
        [ConstantExpected] byte function)
    {
        Vector512<uint> k = Vector512.Create(constant);
        for (uint* end = word + (20 * Wide); word < end; word += 5 * Wide)
        {
            e = e + Row512(word) + k + Avx512F.TernaryLogic(b, c, d, function) + Avx512F.RotateLeft(a, 5);
            b = Avx512F.RotateLeft(b, 30);
            d = d + Row512(word + Wide) + k + Avx512F.TernaryLogic(a, b, c, function) + Avx512F.RotateLeft(e, 5);
            a = Avx512F.RotateLeft(a, 30);
            c = c + Row512(word + (2 * Wide)) + k + Avx512F.TernaryLogic(e, a, b, function) + Avx512F.RotateLeft(d, 5);
            e = Avx512F.RotateLeft(e, 30);
            b = b + Row512(word + (3 * Wide)) + k + Avx512F.TernaryLogic(d, e, a, function) + Avx512F.RotateLeft(c, 5);
            d = Avx512F.RotateLeft(d, 30);
            a = a + Row512(word + (4 * Wide)) + k + Avx512F.TernaryLogic(c, d, e, function) + Avx512F.RotateLeft(b, 5);
            c = Avx512F.RotateLeft(c, 30);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RoundsNarrow(
        ref Vector256<uint> a,
        ref Vector256<uint> b,
        ref Vector256<uint> c,
        ref Vector256<uint> d,
        ref Vector256<uint> e,
        ref uint* word,
        uint constant,
        [ConstantExpected] byte function)
    {
        Vector256<uint> k = Vector256.Create(constant);
        for (uint* end = word + (20 * Wide); word < end; word += 5 * Wide)
        {
            e = e + Row256(word) + k + Combine(b, c, d, function) + Rotate(a, 5);
            b = Rotate(b, 30);
            d = d + Row256(word + Wide) + k + Combine(a, b, c, function) + Rotate(e, 5);
            a = Rotate(a, 30);
            c = c + Row256(word + (2 * Wide)) + k + Combine(e, a, b, function) + Rotate(d, 5);
            e = Rotate(e, 30);
            b = b + Row256(word + (3 * Wide)) + k + Combine(d, e, a, function) + Rotate(c, 5);
            d = Rotate(d, 30);
            a = a + Row256(word + (4 * Wide)) + k + Combine(c, d, e, function) + Rotate(b, 5);
            c = Rotate(c, 30);
        }
    }

    // Four words of all lanes at a time: each 128-bit part holds four lanes, which are turned from a message a vector into
    // a word a vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadWide(byte** messages, nint offset, uint* schedule)
    {
        Vector512<byte> swap = Vector512.Create(BigEndian, BigEndian).AsByte();
        for (nint end = offset + BlockBytes; offset < end; offset += Vector128<byte>.Count, schedule += 4 * Wide)
        {
            Vector512<uint> m0 = Avx512BW.Shuffle(Gather512(messages, offset), swap).AsUInt32();
            Vector512<uint> m1 = Avx512BW.Shuffle(Gather512(messages + 1, offset), swap).AsUInt32();
            Vector512<uint> m2 = Avx512BW.Shuffle(Gather512(messages + 2, offset), swap).AsUInt32();
            Vector512<uint> m3 = Avx512BW.Shuffle(Gather512(messages + 3, offset), swap).AsUInt32();
            Vector512<ulong> low01 = Avx512F.UnpackLow(m0, m1).AsUInt64();
            Vector512<ulong> low23 = Avx512F.UnpackLow(m2, m3).AsUInt64();
            Vector512<ulong> high01 = Avx512F.UnpackHigh(m0, m1).AsUInt64();
            Vector512<ulong> high23 = Avx512F.UnpackHigh(m2, m3).AsUInt64();
            Avx512F.UnpackLow(low01, low23).AsUInt32().StoreAligned(schedule);
            Avx512F.UnpackHigh(low01, low23).AsUInt32().StoreAligned(schedule + Wide);
            Avx512F.UnpackLow(high01, high23).AsUInt32().StoreAligned(schedule + (2 * Wide));
            Avx512F.UnpackHigh(high01, high23).AsUInt32().StoreAligned(schedule + (3 * Wide));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadNarrow(byte** messages, nint offset, uint* schedule)
    {
        Vector256<byte> swap = BigEndian.AsByte();
        for (nint end = offset + BlockBytes; offset < end; offset += Vector128<byte>.Count, schedule += 4 * Wide)
        {
            Vector256<uint> m0 = Avx2.Shuffle(Gather256(messages, offset), swap).AsUInt32();
            Vector256<uint> m1 = Avx2.Shuffle(Gather256(messages + 1, offset), swap).AsUInt32();
            Vector256<uint> m2 = Avx2.Shuffle(Gather256(messages + 2, offset), swap).AsUInt32();
            Vector256<uint> m3 = Avx2.Shuffle(Gather256(messages + 3, offset), swap).AsUInt32();
            Vector256<ulong> low01 = Avx2.UnpackLow(m0, m1).AsUInt64();
            Vector256<ulong> low23 = Avx2.UnpackLow(m2, m3).AsUInt64();
            Vector256<ulong> high01 = Avx2.UnpackHigh(m0, m1).AsUInt64();
            Vector256<ulong> high23 = Avx2.UnpackHigh(m2, m3).AsUInt64();
            Avx2.UnpackLow(low01, low23).AsUInt32().StoreAligned(schedule);
            Avx2.UnpackHigh(low01, low23).AsUInt32().StoreAligned(schedule + Wide);
            Avx2.UnpackLow(high01, high23).AsUInt32().StoreAligned(schedule + (2 * Wide));
            Avx2.UnpackHigh(high01, high23).AsUInt32().StoreAligned(schedule + (3 * Wide));
        }
    }

    // The byte order of four words, in each 128-bit part.
    private static Vector256<uint> BigEndian =>
        Vector256.Create(0x00010203u, 0x04050607, 0x08090A0B, 0x0C0D0E0F, 0x00010203, 0x04050607, 0x08090A0B, 0x0C0D0E0F);

    // Sixteen bytes each of the lanes 0, 4, 8 and 12, counted from the first pointer.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Gather512(byte** messages, nint offset)
    {
        Vector512<byte> lanes = Vector128.Load(messages[0] + offset).ToVector256Unsafe().ToVector512Unsafe();
        lanes = Avx512F.InsertVector128(lanes, Vector128.Load(messages[4] + offset), 1);
        lanes = Avx512F.InsertVector128(lanes, Vector128.Load(messages[8] + offset), 2);
        return Avx512F.InsertVector128(lanes, Vector128.Load(messages[12] + offset), 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Gather256(byte** messages, nint offset) =>
        Vector256.Create(Vector128.Load(messages[0] + offset), Vector128.Load(messages[4] + offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Row512(uint* row) => Vector512.LoadAligned(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Row256(uint* row) => Vector256.LoadAligned(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Rotate(Vector256<uint> value, [ConstantExpected] byte count) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateLeft(value, count)
        : (value << count) | (value >>> (32 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Combine(
        Vector256<uint> b, Vector256<uint> c, Vector256<uint> d, [ConstantExpected] byte function)
    {
        if (Avx512F.VL.IsSupported)
        {
            return Avx512F.VL.TernaryLogic(b, c, d, function);
        }

        return function switch
        {
            Choose => d ^ (b & (c ^ d)),
            Majority => (b & c) | (d & (b | c)),
            _ => b ^ c ^ d,
        };
    }
}
