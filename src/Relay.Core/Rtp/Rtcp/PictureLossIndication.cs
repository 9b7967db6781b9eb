using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp.Rtcp;

// RFC 4585 section 6.3.1: picture loss indication, PSFB with FMT 1 and no FCI.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|  FMT=1  |    PT=206     |          length=2             |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                  SSRC of packet sender                        |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                  SSRC of media source                         |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>A picture loss indication: the sender asks for a keyframe of the media SSRC.</summary>
public readonly ref struct PliReader
{
    private PliReader(FeedbackHeader header)
    {
        SenderSsrc = header.SenderSsrc;
        MediaSsrc = header.MediaSsrc;
    }

    public uint SenderSsrc { get; }

    /// <summary>The stream that needs a keyframe.</summary>
    public uint MediaSsrc { get; }

    /// <returns><see cref="DropReason.RtcpMalformed"/> if it is another type or format, or too short.</returns>
    public static DropReason TryParse(RtcpPacket packet, out PliReader reader)
    {
        reader = default;
        const byte Format = FeedbackFormat.PictureLossIndication;
        if (!FeedbackHeader.TryRead(packet, RtcpPacketType.PayloadFeedback, Format, out FeedbackHeader header))
        {
            return DropReason.RtcpMalformed;
        }

        reader = new PliReader(header);
        return DropReason.None;
    }
}

/// <summary>Writes picture loss indications.</summary>
public static class PliWriter
{
    /// <summary>Bytes of an indication.</summary>
    public const int Length = FeedbackHeader.FciOffset;

    /// <param name="destination">At least 12 bytes.</param>
    /// <returns>Always 12.</returns>
    public static int Write(Span<byte> destination, uint senderSsrc, uint mediaSsrc)
    {
        new FeedbackHeader(senderSsrc, mediaSsrc)
            .Write(destination, RtcpPacketType.PayloadFeedback, FeedbackFormat.PictureLossIndication, Length);
        return Length;
    }
}
