namespace Relay.Core.Engine;

/// <summary>What a datagram's first bytes say that it is.</summary>
public enum DatagramKind : byte
{
    Unknown,
    Stun,
    Dtls,
    Rtp,
    Rtcp,
    ChannelData,
}

/// <summary>
/// Tells the protocols on one port apart by the first byte (RFC 7983 section 7), RTP from RTCP by the second
/// (RFC 5761 section 4).
/// <code>
/// [0..3] STUN   [16..19] ZRTP   [20..63] DTLS   [64..79] TURN channel   [128..191] RTP or RTCP
/// </code>
/// </summary>
public static class DatagramClassifier
{
    private const byte StunLast = 3;
    private const byte DtlsFirst = 20;
    private const byte DtlsLast = 63;
    private const byte ChannelFirst = 64;

    // RFC 5766 section 11 had channels up to here; RFC 7983 gives the upper ones to nobody else, and old clients use them.
    private const byte ChannelLast = 127;
    private const byte RtpFirst = 128;
    private const byte RtpLast = 191;

    // RFC 5761 section 4: with the marker bit, RTCP packet types 192 to 223 look like payload types 64 to 95.
    private const byte RtcpFirst = 192;
    private const byte RtcpLast = 223;

    public static DatagramKind Classify(ReadOnlySpan<byte> datagram) => datagram switch
    {
        [<= StunLast, ..] => DatagramKind.Stun,
        [>= DtlsFirst and <= DtlsLast, ..] => DatagramKind.Dtls,
        [>= RtpFirst and <= RtpLast, >= RtcpFirst and <= RtcpLast, ..] => DatagramKind.Rtcp,
        [>= RtpFirst and <= RtpLast, ..] => DatagramKind.Rtp,
        [>= ChannelFirst and <= ChannelLast, ..] => DatagramKind.ChannelData,
        _ => DatagramKind.Unknown,
    };
}
