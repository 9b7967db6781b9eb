namespace Relay.Core.Sdp;

/// <summary>One RTP payload type of an m-line with its a=rtpmap, a=fmtp and a=rtcp-fb.</summary>
public sealed class SdpPayloadType
{
    internal SdpPayloadType(byte number) => Number = number;

    /// <summary>0 to 127.</summary>
    public byte Number { get; }

    /// <summary>The encoding name as offered; empty without an a=rtpmap (a static payload type).</summary>
    public string EncodingName { get; internal set; } = string.Empty;

    /// <summary>Hz; 0 without an a=rtpmap.</summary>
    public uint ClockRate { get; internal set; }

    /// <summary>1 if the a=rtpmap does not say.</summary>
    public byte Channels { get; internal set; } = 1;

    /// <summary>The format parameters as offered; empty without an a=fmtp.</summary>
    public string Parameters { get; internal set; } = string.Empty;

    /// <summary>What the a=rtcp-fb lines of this payload type and of "*" name.</summary>
    public SdpFeedback Feedback { get; internal set; }

    /// <summary>Whether the a=rtpmap names this encoding; case does not matter (RFC 4855 section 3).</summary>
    public bool Is(string encodingName, uint clockRate) =>
        ClockRate == clockRate && string.Equals(EncodingName, encodingName, StringComparison.OrdinalIgnoreCase);
}
