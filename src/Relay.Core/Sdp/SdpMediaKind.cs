namespace Relay.Core.Sdp;

/// <summary>The media field of an m-line (RFC 8866 section 5.14).</summary>
public enum SdpMediaKind : byte
{
    Other = 0,
    Audio,
    Video,

    /// <summary>A data channel, in practice.</summary>
    Application,
}
