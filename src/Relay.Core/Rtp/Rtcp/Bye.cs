using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp.Rtcp;

// RFC 3550 section 6.6: goodbye.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|   SC    |   PT=BYE=203  |             length            |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                           SSRC/CSRC, SC times                 |
// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+  optional
// |     length    |               reason for leaving            ...

/// <summary>A view of a goodbye.</summary>
public readonly ref struct ByeReader
{
    internal const int SsrcLength = 4;

    private readonly ReadOnlySpan<byte> _body;

    private ByeReader(ReadOnlySpan<byte> body, int ssrcCount, ReadOnlySpan<byte> reason)
    {
        _body = body;
        SsrcCount = ssrcCount;
        Reason = reason;
    }

    /// <summary>0 to 31; 0 is valid but useless.</summary>
    public int SsrcCount { get; }

    /// <summary>0 to 255 bytes of UTF-8 as they came.</summary>
    public ReadOnlySpan<byte> Reason { get; }

    /// <returns><see cref="DropReason.RtcpMalformed"/> if it is another type or shorter than its lengths say.</returns>
    public static DropReason TryParse(RtcpPacket packet, out ByeReader reader)
    {
        reader = default;
        int ssrcsLength = packet.Count * SsrcLength;
        if (packet.Type != RtcpPacketType.Bye || packet.Body.Length < ssrcsLength)
        {
            return DropReason.RtcpMalformed;
        }

        ReadOnlySpan<byte> reason = packet.Body[ssrcsLength..];
        if (!reason.IsEmpty)
        {
            int length = reason[0];
            if (length > reason.Length - 1)
            {
                return DropReason.RtcpMalformed;
            }

            reason = reason.Slice(1, length);
        }

        reader = new ByeReader(packet.Body, packet.Count, reason);
        return DropReason.None;
    }

    /// <param name="index">0 to <see cref="SsrcCount"/> - 1.</param>
    public uint GetSsrc(int index) => BinaryPrimitives.ReadUInt32BigEndian(_body[(index * SsrcLength)..]);
}

/// <summary>Writes goodbyes; without a reason, which no receiver needs.</summary>
public static class ByeWriter
{
    /// <summary>Bytes of a goodbye for this many sources.</summary>
    public static int GetLength(int ssrcCount) => RtcpHeader.Length + ssrcCount * ByeReader.SsrcLength;

    /// <param name="destination">At least <see cref="GetLength"/> bytes.</param>
    /// <param name="ssrcs">1 to 31 sources that leave.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, ReadOnlySpan<uint> ssrcs)
    {
        int length = GetLength(ssrcs.Length);
        RtcpHeader.Write(destination, RtcpPacketType.Bye, ssrcs.Length, length);
        for (int i = 0; i < ssrcs.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[(RtcpHeader.Length + i * ByeReader.SsrcLength)..], ssrcs[i]);
        }

        return length;
    }
}
