using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Relay.Core.Srtp;

/// <summary>
/// Eight blocks of a counter keystream at a time: an AES round takes three or four cycles and two can start in each, so
/// that eight independent blocks keep the unit busy.
/// </summary>
/// <remarks>
/// Block n of a stream is the IV with n, big-endian, mixed into its last four bytes by exclusive or. GCM's IV ends in 32 zero
/// bits (RFC 7714 section 8.1) and AES-CM's in 16 (RFC 3711 section 4.1.1), so that this is their block counter for any n
/// that they allow.
/// </remarks>
internal static unsafe class AesBlocks8
{
    public const int Count = 8;
    public const int Bytes = Count * AesRound.BlockBytes;

    /// <summary>n as a block counter, to be mixed into an IV.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Counter(uint n) =>
        Vector128.Create(0UL, (ulong)BinaryPrimitives.ReverseEndianness(n) << 32).AsByte();

    /// <summary>Writes the eight IVs, exclusive or the first round key, into which a multiple of 8 is mixed by and by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteLanes(Vector128<byte> iv, byte* roundKeys, byte* lanes)
    {
        iv ^= Vector128.Load(roundKeys);
        iv.Store(lanes);
        (iv ^ Counter(1)).Store(lanes + 16);
        (iv ^ Counter(2)).Store(lanes + 32);
        (iv ^ Counter(3)).Store(lanes + 48);
        (iv ^ Counter(4)).Store(lanes + 64);
        (iv ^ Counter(5)).Store(lanes + 80);
        (iv ^ Counter(6)).Store(lanes + 96);
        (iv ^ Counter(7)).Store(lanes + 112);
    }

    /// <summary>The rounds, from the second round key on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Encrypt(
        byte* roundKeys,
        int rounds,
        ref Vector128<byte> b0,
        ref Vector128<byte> b1,
        ref Vector128<byte> b2,
        ref Vector128<byte> b3,
        ref Vector128<byte> b4,
        ref Vector128<byte> b5,
        ref Vector128<byte> b6,
        ref Vector128<byte> b7)
    {
        Vector128<byte> s0 = b0, s1 = b1, s2 = b2, s3 = b3, s4 = b4, s5 = b5, s6 = b6, s7 = b7;
        byte* end = roundKeys + (rounds * AesRound.BlockBytes);
        Vector128<byte> key;
        byte* at = roundKeys + AesRound.BlockBytes;
        do
        {
            key = Vector128.Load(at);
            s0 = AesRound.Next(s0, key);
            s1 = AesRound.Next(s1, key);
            s2 = AesRound.Next(s2, key);
            s3 = AesRound.Next(s3, key);
            s4 = AesRound.Next(s4, key);
            s5 = AesRound.Next(s5, key);
            s6 = AesRound.Next(s6, key);
            s7 = AesRound.Next(s7, key);
            at += AesRound.BlockBytes;
        }
        while (at < end);

        key = Vector128.Load(end);
        b0 = AesRound.Last(s0, key);
        b1 = AesRound.Last(s1, key);
        b2 = AesRound.Last(s2, key);
        b3 = AesRound.Last(s3, key);
        b4 = AesRound.Last(s4, key);
        b5 = AesRound.Last(s5, key);
        b6 = AesRound.Last(s6, key);
        b7 = AesRound.Last(s7, key);
    }

    /// <summary>The same for half as many, in three quarters of the time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Encrypt4(
        byte* roundKeys,
        int rounds,
        ref Vector128<byte> b0,
        ref Vector128<byte> b1,
        ref Vector128<byte> b2,
        ref Vector128<byte> b3)
    {
        Vector128<byte> s0 = b0, s1 = b1, s2 = b2, s3 = b3;
        byte* end = roundKeys + (rounds * AesRound.BlockBytes);
        Vector128<byte> key;
        byte* at = roundKeys + AesRound.BlockBytes;
        do
        {
            key = Vector128.Load(at);
            s0 = AesRound.Next(s0, key);
            s1 = AesRound.Next(s1, key);
            s2 = AesRound.Next(s2, key);
            s3 = AesRound.Next(s3, key);
            at += AesRound.BlockBytes;
        }
        while (at < end);

        key = Vector128.Load(end);
        b0 = AesRound.Last(s0, key);
        b1 = AesRound.Last(s1, key);
        b2 = AesRound.Last(s2, key);
        b3 = AesRound.Last(s3, key);
    }
}
