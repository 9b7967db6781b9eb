using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// AEAD_AES_128_GCM and AEAD_AES_256_GCM (RFC 7714) by the processor's instructions. Packets are short, so what counts is
/// the way in and out: nothing is set up per packet, counter blocks go through AES eight at a time, and the hash of one
/// group runs while the next is encrypted.
/// </summary>
/// <remarks>
/// <code>
/// keystream block:  1    2 ... 8          9 ... 16, 17 ... 24, ...   and the rest
/// used for:         tag  the first group  groups of 128 bytes        the tail, hashed together
///                        (112 bytes)                                 with the block of lengths
/// </code>
/// </remarks>
internal sealed unsafe class GcmCipher<TGhash> : SrtpCipher
    where TGhash : struct, IGhash
{
    private const int TagBytes = 16;
    private const int FirstBlocks = 7;
    private const int FirstBytes = FirstBlocks * AesRound.BlockBytes;

    // As many blocks as can be hashed at a time, then the lanes of AES.
    private const int StageBytes = (GhashPowers.Count * AesRound.BlockBytes) + AesBlocks8.Bytes;
    private const int SuffixMaxBytes = AesRound.BlockBytes;

    private readonly AesKeySchedule _keys;
    private readonly GhashPowers _powers;
    private Vector128<byte> _salt;

    /// <param name="key">16 or 32 bytes.</param>
    /// <param name="salt">12 bytes.</param>
    public GcmCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        Invariant.Holds(salt.Length == SrtpIv.GcmBytes, "a GCM salt of the wrong length");
        Span<byte> block = stackalloc byte[AesRound.BlockBytes];
        block.Clear();
        salt.CopyTo(block);
        _salt = Vector128.Create<byte>(block);
        _keys = new AesKeySchedule(key);
        block.Clear();
        AesCounterMode.Transform(_keys, Vector128<byte>.Zero, 0, default, block, block);
        _powers = new GhashPowers(Vector128.Create<byte>(block));
        block.Clear();
    }

    public override int TagLength => TagBytes;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Seal(
        uint ssrc,
        ulong index,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> suffix,
        ReadOnlySpan<byte> prefix,
        ReadOnlySpan<byte> payload,
        Span<byte> body,
        Span<byte> tag)
    {
        Debug.Assert(body.Length == prefix.Length + payload.Length && tag.Length == TagBytes);
        byte* stage = stackalloc byte[StageBytes];
        byte* buffer = stackalloc byte[FirstBytes];
        fixed (byte* prefixAt = &MemoryMarshal.GetReference(prefix),
            payloadAt = &MemoryMarshal.GetReference(payload),
            bodyAt = &MemoryMarshal.GetReference(body))
        {
            Vector128<ulong> y = HashHeader(header, suffix, stage);
            PrefixedPayload input = new(
                prefixAt, prefix.Length, payloadAt, payload.Length, bodyAt, buffer, Math.Min(FirstBytes, body.Length));
            Vector128<byte> iv = SrtpIv.Gcm(_salt, ssrc, index);
            Vector128<byte> computed = Crypt(
                isSealing: true, iv, y, header.Length + suffix.Length, input.First, input.Rest, bodyAt, body.Length, stage);
            computed.CopyTo(tag);
        }

        GC.KeepAlive(this);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Open(
        uint ssrc,
        ulong index,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> suffix,
        ReadOnlySpan<byte> body,
        Span<byte> plaintext,
        ReadOnlySpan<byte> tag)
    {
        Debug.Assert(plaintext.Length == body.Length && tag.Length == TagBytes);
        byte* stage = stackalloc byte[StageBytes];
        Vector128<byte> iv = SrtpIv.Gcm(_salt, ssrc, index);
        fixed (byte* bodyAt = &MemoryMarshal.GetReference(body),
            plaintextAt = &MemoryMarshal.GetReference(plaintext))
        {
            Vector128<ulong> y = HashHeader(header, suffix, stage);
            Vector128<byte> computed = Crypt(
                isSealing: false, iv, y, header.Length + suffix.Length, bodyAt, bodyAt, plaintextAt, body.Length, stage);

            // One comparison of all 128 bits: its time says nothing of where they differ.
            if (computed == Vector128.Create(tag))
            {
                GC.KeepAlive(this);
                return true;
            }
        }

        TakeBack(iv, body, plaintext);
        return false;
    }

    public override void Dispose()
    {
        _keys.Dispose();
        _powers.Dispose();
        _salt = default;
    }

    /// <summary>
    /// Decrypting and hashing go over the body together, because that is faster than one after the other. So the plaintext is
    /// there before the tag is known, and is taken back if that was wrong: in place by the keystream once more.
    /// </summary>
    private void TakeBack(Vector128<byte> iv, ReadOnlySpan<byte> body, Span<byte> plaintext)
    {
        if (body.Overlaps(plaintext))
        {
            AesCounterMode.Transform(_keys, iv, firstBlock: 2, default, plaintext, plaintext);
        }
        else
        {
            plaintext.Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Vector128<ulong> HashHeader(ReadOnlySpan<byte> header, ReadOnlySpan<byte> suffix, byte* stage)
    {
        Debug.Assert(suffix.Length <= SuffixMaxBytes);
        Vector128<ulong> y = Vector128<ulong>.Zero;
        byte* powers = _powers.Pointer;
        fixed (byte* headerAt = &MemoryMarshal.GetReference(header))
        {
            byte* at = headerAt;
            int rest = header.Length;
            for (; rest >= AesBlocks8.Bytes; rest -= AesBlocks8.Bytes, at += AesBlocks8.Bytes)
            {
                y = TGhash.Absorb8(y, powers, at);
            }

            int count = 0;
            for (; rest >= AesRound.BlockBytes; rest -= AesRound.BlockBytes, at += AesRound.BlockBytes)
            {
                Vector128.Load(at).Store(stage + (count++ * AesRound.BlockBytes));
            }

            if (!suffix.IsEmpty)
            {
                byte* last = stage + (count * AesRound.BlockBytes);
                Vector128<byte>.Zero.Store(last);
                Vector128<byte>.Zero.Store(last + AesRound.BlockBytes);
                new ReadOnlySpan<byte>(at, rest).CopyTo(new Span<byte>(last, rest));
                suffix.CopyTo(new Span<byte>(last + rest, suffix.Length));
                count += (rest + suffix.Length + AesRound.BlockBytes - 1) / AesRound.BlockBytes;
            }
            else if (rest > 0)
            {
                PartialBlock.Load(at, rest).Store(stage + (count++ * AesRound.BlockBytes));
            }

            return count == 0 ? y : TGhash.Absorb(y, powers, stage, count);
        }
    }

    /// <summary>Encrypts or decrypts the body and returns the tag.</summary>
    /// <param name="isSealing">A constant: whether the output is what is hashed, or the input.</param>
    /// <param name="iv">Without a block counter.</param>
    /// <param name="y">The hash of the header.</param>
    /// <param name="headerLength">Bytes in it.</param>
    /// <param name="first">The first group of the input.</param>
    /// <param name="input">Where byte i of the others is at i.</param>
    /// <param name="output">The same memory, or none of it.</param>
    /// <param name="length">Bytes of the body.</param>
    /// <param name="stage"><see cref="StageBytes"/> to work in.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<byte> Crypt(
        bool isSealing,
        Vector128<byte> iv,
        Vector128<ulong> y,
        int headerLength,
        byte* first,
        byte* input,
        byte* output,
        int length,
        byte* stage)
    {
        byte* keys = _keys.RoundKeys;
        int rounds = _keys.Rounds;
        byte* powers = _powers.Pointer;
        byte* lanes = stage + (GhashPowers.Count * AesRound.BlockBytes);
        AesBlocks8.WriteLanes(iv, keys, lanes);
        Vector128<byte> mask = Vector128.Load(lanes + 16);
        Vector128<byte> b1 = Vector128.Load(lanes + 32);
        Vector128<byte> b2 = Vector128.Load(lanes + 48);
        Vector128<byte> b3 = Vector128.Load(lanes + 64);
        Vector128<byte> b4 = Vector128.Load(lanes + 80);
        Vector128<byte> b5 = Vector128.Load(lanes + 96);
        Vector128<byte> b6 = Vector128.Load(lanes + 112);
        Vector128<byte> b7 = Vector128.Load(lanes) ^ AesBlocks8.Counter(8);
        AesBlocks8.Encrypt(keys, rounds, ref mask, ref b1, ref b2, ref b3, ref b4, ref b5, ref b6, ref b7);
        int count = 0;
        if (length < FirstBytes)
        {
            Store7(stage, b1, b2, b3, b4, b5, b6, b7);
            count = MixTail(isSealing, first, output, length, stage);
        }
        else
        {
            if (!isSealing)
            {
                y = TGhash.Absorb(y, powers, first, FirstBlocks);
            }

            Mix7(first, output, b1, b2, b3, b4, b5, b6, b7);
            if (isSealing)
            {
                y = TGhash.Absorb(y, powers, output, FirstBlocks);
            }

            int groups = (length - FirstBytes) / AesBlocks8.Bytes;
            int position = FirstBytes + (groups * AesBlocks8.Bytes);
            if (groups > 0)
            {
                y = isSealing
                    ? SealGroups(keys, rounds, powers, lanes, y, input + FirstBytes, output + FirstBytes, groups)
                    : OpenGroups(keys, rounds, powers, lanes, y, input + FirstBytes, output + FirstBytes, groups);
            }

            int rest = length - position;
            if (rest > 0)
            {
                WriteTailKeystream(keys, rounds, lanes, (uint)(groups + 1) * AesBlocks8.Count, rest, stage);
                count = MixTail(isSealing, input + position, output + position, rest, stage);
            }
        }

        Vector128<ulong> lengths = Vector128.Create(
            BinaryPrimitives.ReverseEndianness((ulong)headerLength * 8),
            BinaryPrimitives.ReverseEndianness((ulong)length * 8));
        lengths.AsByte().Store(stage + (count * AesRound.BlockBytes));
        y = TGhash.Absorb(y, powers, stage, count + 1);
        return GhashPowers.Reverse(y.AsByte()) ^ mask;
    }

    // A method of its own for the loop, so that nothing else takes registers from it.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector128<ulong> SealGroups(
        byte* keys, int rounds, byte* powers, byte* lanes, Vector128<ulong> y, byte* input, byte* output, int groups) =>
        CryptGroups(isSealing: true, keys, rounds, powers, lanes, y, input, output, groups);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector128<ulong> OpenGroups(
        byte* keys, int rounds, byte* powers, byte* lanes, Vector128<ulong> y, byte* input, byte* output, int groups) =>
        CryptGroups(isSealing: false, keys, rounds, powers, lanes, y, input, output, groups);

    /// <summary>
    /// Whole groups of blocks 9, 17, ... on. What is hashed beside a group's encryption does not wait for it: when opening that
    /// is the group itself, when sealing the one before.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> CryptGroups(
        bool isSealing,
        byte* keys,
        int rounds,
        byte* powers,
        byte* lanes,
        Vector128<ulong> y,
        byte* input,
        byte* output,
        int groups)
    {
        byte* start = input;
        uint counter = AesBlocks8.Count;
        Vector128<byte> mix = AesBlocks8.Counter(counter);
        do
        {
            Vector128<byte> b0 = Vector128.Load(lanes + 16) ^ mix;
            Vector128<byte> b1 = Vector128.Load(lanes + 32) ^ mix;
            Vector128<byte> b2 = Vector128.Load(lanes + 48) ^ mix;
            Vector128<byte> b3 = Vector128.Load(lanes + 64) ^ mix;
            Vector128<byte> b4 = Vector128.Load(lanes + 80) ^ mix;
            Vector128<byte> b5 = Vector128.Load(lanes + 96) ^ mix;
            Vector128<byte> b6 = Vector128.Load(lanes + 112) ^ mix;
            counter += AesBlocks8.Count;
            mix = AesBlocks8.Counter(counter);
            Vector128<byte> b7 = Vector128.Load(lanes) ^ mix;
            AesBlocks8.Encrypt(keys, rounds, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref b6, ref b7);
            if (!isSealing)
            {
                y = TGhash.Absorb8(y, powers, input);
            }
            else if (input != start)
            {
                y = TGhash.Absorb8(y, powers, output - AesBlocks8.Bytes);
            }

            TGhash.Mix8(input, output, b0, b1, b2, b3, b4, b5, b6, b7);
            input += AesBlocks8.Bytes;
            output += AesBlocks8.Bytes;
        }
        while (--groups != 0);
        return isSealing ? TGhash.Absorb8(y, powers, output - AesBlocks8.Bytes) : y;
    }

    /// <summary>Four blocks of it if that is enough, otherwise eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteTailKeystream(byte* keys, int rounds, byte* lanes, uint counter, int rest, byte* stage)
    {
        Vector128<byte> mix = AesBlocks8.Counter(counter);
        Vector128<byte> b0 = Vector128.Load(lanes + 16) ^ mix;
        Vector128<byte> b1 = Vector128.Load(lanes + 32) ^ mix;
        Vector128<byte> b2 = Vector128.Load(lanes + 48) ^ mix;
        Vector128<byte> b3 = Vector128.Load(lanes + 64) ^ mix;
        if (rest <= AesBlocks8.Bytes / 2)
        {
            AesBlocks8.Encrypt4(keys, rounds, ref b0, ref b1, ref b2, ref b3);
        }
        else
        {
            Vector128<byte> b4 = Vector128.Load(lanes + 80) ^ mix;
            Vector128<byte> b5 = Vector128.Load(lanes + 96) ^ mix;
            Vector128<byte> b6 = Vector128.Load(lanes + 112) ^ mix;
            Vector128<byte> b7 = Vector128.Load(lanes) ^ AesBlocks8.Counter(counter + AesBlocks8.Count);
            AesBlocks8.Encrypt(keys, rounds, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref b6, ref b7);
            b4.Store(stage + 64);
            b5.Store(stage + 80);
            b6.Store(stage + 96);
            b7.Store(stage + 112);
        }

        b0.Store(stage);
        b1.Store(stage + 16);
        b2.Store(stage + 32);
        b3.Store(stage + 48);
    }

    /// <summary>Less than a group. The stage has the keystream, and then what is hashed, with zeros behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int MixTail(bool isSealing, byte* input, byte* output, int rest, byte* stage)
    {
        byte* at = stage;
        for (; rest >= AesRound.BlockBytes; rest -= AesRound.BlockBytes)
        {
            Vector128<byte> from = Vector128.Load(input);
            Vector128<byte> to = from ^ Vector128.Load(at);
            to.Store(output);
            (isSealing ? to : from).Store(at);
            input += AesRound.BlockBytes;
            output += AesRound.BlockBytes;
            at += AesRound.BlockBytes;
        }

        if (rest > 0)
        {
            Vector128<byte> from = PartialBlock.Load(input, rest);
            Vector128<byte> to = from ^ PartialBlock.Keep(Vector128.Load(at), rest);
            PartialBlock.Store(to, output, rest);
            (isSealing ? to : from).Store(at);
            at += AesRound.BlockBytes;
        }

        return (int)(at - stage) / AesRound.BlockBytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store7(
        byte* to,
        Vector128<byte> b1,
        Vector128<byte> b2,
        Vector128<byte> b3,
        Vector128<byte> b4,
        Vector128<byte> b5,
        Vector128<byte> b6,
        Vector128<byte> b7)
    {
        b1.Store(to);
        b2.Store(to + 16);
        b3.Store(to + 32);
        b4.Store(to + 48);
        b5.Store(to + 64);
        b6.Store(to + 80);
        b7.Store(to + 96);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix7(
        byte* from,
        byte* to,
        Vector128<byte> b1,
        Vector128<byte> b2,
        Vector128<byte> b3,
        Vector128<byte> b4,
        Vector128<byte> b5,
        Vector128<byte> b6,
        Vector128<byte> b7)
    {
        (b1 ^ Vector128.Load(from)).Store(to);
        (b2 ^ Vector128.Load(from + 16)).Store(to + 16);
        (b3 ^ Vector128.Load(from + 32)).Store(to + 32);
        (b4 ^ Vector128.Load(from + 48)).Store(to + 48);
        (b5 ^ Vector128.Load(from + 64)).Store(to + 64);
        (b6 ^ Vector128.Load(from + 80)).Store(to + 80);
        (b7 ^ Vector128.Load(from + 96)).Store(to + 96);
    }
}
