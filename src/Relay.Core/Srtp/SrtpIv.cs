using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Relay.Core.Srtp;

/// <summary>
/// The IV of one packet: the salt, with SSRC and packet index mixed in by exclusive or. RTP's 48-bit index is ROC and
/// sequence number; RTCP's has 31 bits, which leaves zeros in front just as the RFCs draw it.
/// <code>
/// GCM (RFC 7714 sections 8.1 and 9.1):     0  0 | SSRC (4) | index (6)
/// AES-CM (RFC 3711 section 4.1.1): 0  0  0  0 | SSRC (4) | index (6) | block counter (2)
/// </code>
/// </summary>
internal static class SrtpIv
{
    public const int GcmBytes = 12;
    public const int CounterModeBytes = 16;

    private const int GcmSsrcOffset = 2;
    private const int CounterModeSsrcOffset = 4;
    private const int SsrcBytes = 4;

    public static void WriteGcm(Span<byte> iv, ReadOnlySpan<byte> salt, uint ssrc, ulong index)
    {
        salt[..GcmBytes].CopyTo(iv);
        Mix(iv[GcmSsrcOffset..], ssrc, index);
    }

    public static void WriteCounterMode(Span<byte> iv, ReadOnlySpan<byte> salt, uint ssrc, ulong index)
    {
        salt[..SrtpProfiles.SaltMaxBytes].CopyTo(iv);
        iv[SrtpProfiles.SaltMaxBytes..CounterModeBytes].Clear();
        Mix(iv[CounterModeSsrcOffset..], ssrc, index);
    }

    /// <summary>The same in one register: 12 bytes of salt, then zeros; so the result, for <see cref="AesBlocks8"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Gcm(Vector128<byte> salt, uint ssrc, ulong index) => salt ^ Vector128.Create(
        BinaryPrimitives.ReverseEndianness(((ulong)ssrc << 16) | (index >> 32)),
        BinaryPrimitives.ReverseEndianness((uint)index)).AsByte();

    /// <summary>The same in one register: 14 bytes of salt, then zeros; so the result, for <see cref="AesBlocks8"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> CounterMode(Vector128<byte> salt, uint ssrc, ulong index) => salt ^ Vector128.Create(
        BinaryPrimitives.ReverseEndianness((ulong)ssrc),
        BinaryPrimitives.ReverseEndianness(index << 16)).AsByte();

    private static void Mix(Span<byte> at, uint ssrc, ulong index)
    {
        uint salted = BinaryPrimitives.ReadUInt32BigEndian(at) ^ ssrc;
        BinaryPrimitives.WriteUInt32BigEndian(at, salted);
        Span<byte> indexAt = at[SsrcBytes..];
        ushort high = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(indexAt) ^ (index >> 32));
        uint low = BinaryPrimitives.ReadUInt32BigEndian(indexAt[2..]) ^ (uint)index;
        BinaryPrimitives.WriteUInt16BigEndian(indexAt, high);
        BinaryPrimitives.WriteUInt32BigEndian(indexAt[2..], low);
    }
}
