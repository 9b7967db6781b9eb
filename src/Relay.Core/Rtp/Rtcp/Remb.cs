using System.Buffers.Binary;
using System.Numerics;
using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp.Rtcp;

// draft-alvestrand-rmcat-remb-03 section 2.2: receiver estimated maximum bitrate, PSFB with FMT 15. The media SSRC of the
// feedback header is 0; the FCI is
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |  Unique identifier 'R' 'E' 'M' 'B'                            |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |  Num SSRC     | BR Exp    |  BR Mantissa                      |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |   SSRC feedback, Num SSRC times                               |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>A view of a receiver estimated maximum bitrate.</summary>
public readonly ref struct RembReader
{
    internal const uint Identifier = 0x52454D42;
    internal const int BitrateOffset = 4;
    internal const int SsrcsOffset = 8;
    internal const int SsrcLength = 4;
    internal const int SsrcCountShift = 24;
    internal const int ExponentShift = 18;
    internal const uint ExponentMask = 0x3F;
    internal const int MantissaBits = 18;
    internal const uint MantissaMask = (1 << MantissaBits) - 1;

    private readonly ReadOnlySpan<byte> _fci;

    private RembReader(uint senderSsrc, ReadOnlySpan<byte> fci)
    {
        SenderSsrc = senderSsrc;
        _fci = fci;
    }

    public uint SenderSsrc { get; }

    /// <summary>Total of all streams, in bit/s; what does not fit into 64 bits is the largest value.</summary>
    public ulong BitrateBitsPerSecond
    {
        get
        {
            uint word = BinaryPrimitives.ReadUInt32BigEndian(_fci[BitrateOffset..]);
            ulong mantissa = word & MantissaMask;
            int exponent = (int)((word >> ExponentShift) & ExponentMask);
            return exponent > BitOperations.LeadingZeroCount(mantissa) ? ulong.MaxValue : mantissa << exponent;
        }
    }

    /// <summary>0 to 255.</summary>
    public int SsrcCount => _fci[BitrateOffset];

    /// <returns>
    /// <see cref="DropReason.RtcpMalformed"/> if it is another type, format or identifier (other application layer feedback), or
    /// shorter than its count says.
    /// </returns>
    public static DropReason TryParse(RtcpPacket packet, out RembReader reader)
    {
        reader = default;
        const byte Format = FeedbackFormat.ApplicationLayer;
        if (!FeedbackHeader.TryRead(packet, RtcpPacketType.PayloadFeedback, Format, out FeedbackHeader header))
        {
            return DropReason.RtcpMalformed;
        }

        ReadOnlySpan<byte> fci = packet.Body[FeedbackHeader.Length..];
        if (fci.Length < SsrcsOffset
            || BinaryPrimitives.ReadUInt32BigEndian(fci) != Identifier
            || fci.Length < SsrcsOffset + fci[BitrateOffset] * SsrcLength)
        {
            return DropReason.RtcpMalformed;
        }

        reader = new RembReader(header.SenderSsrc, fci);
        return DropReason.None;
    }

    /// <param name="index">0 to <see cref="SsrcCount"/> - 1.</param>
    public uint GetSsrc(int index) => BinaryPrimitives.ReadUInt32BigEndian(_fci[(SsrcsOffset + index * SsrcLength)..]);
}

/// <summary>Writes receiver estimated maximum bitrates.</summary>
public static class RembWriter
{
    /// <summary>Bytes of a message for this many streams.</summary>
    public static int GetLength(int ssrcCount) =>
        FeedbackHeader.FciOffset + RembReader.SsrcsOffset + ssrcCount * RembReader.SsrcLength;

    /// <param name="destination">At least <see cref="GetLength"/> bytes.</param>
    /// <param name="bitrateBitsPerSecond">Rounded down to 18 significant bits.</param>
    /// <param name="ssrcs">The streams it is for, at most 255.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, uint senderSsrc, ulong bitrateBitsPerSecond, ReadOnlySpan<uint> ssrcs)
    {
        Invariant.Holds(ssrcs.Length <= byte.MaxValue, "a REMB has at most 255 streams");
        int length = GetLength(ssrcs.Length);
        new FeedbackHeader(senderSsrc, MediaSsrc: 0)
            .Write(destination, RtcpPacketType.PayloadFeedback, FeedbackFormat.ApplicationLayer, length);

        int significantBits = 64 - BitOperations.LeadingZeroCount(bitrateBitsPerSecond);
        int exponent = Math.Max(significantBits - RembReader.MantissaBits, 0);
        uint mantissa = (uint)(bitrateBitsPerSecond >> exponent);
        uint word = ((uint)ssrcs.Length << RembReader.SsrcCountShift) | ((uint)exponent << RembReader.ExponentShift) | mantissa;

        Span<byte> fci = destination[FeedbackHeader.FciOffset..length];
        BinaryPrimitives.WriteUInt32BigEndian(fci, RembReader.Identifier);
        BinaryPrimitives.WriteUInt32BigEndian(fci[RembReader.BitrateOffset..], word);
        for (int i = 0; i < ssrcs.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(fci[(RembReader.SsrcsOffset + i * RembReader.SsrcLength)..], ssrcs[i]);
        }

        return length;
    }
}
