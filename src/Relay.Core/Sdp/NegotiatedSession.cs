namespace Relay.Core.Sdp;

/// <summary>What offer and answer agreed: everything that a transport and its router need to know of SDP.</summary>
public sealed record NegotiatedSession
{
    /// <summary>RFC 8839 section 5.4.</summary>
    public required string RemoteUsernameFragment { get; init; }

    /// <summary>RFC 8839 section 5.4.</summary>
    public required string RemotePassword { get; init; }

    /// <summary>The strongest that the offer named.</summary>
    public required SdpFingerprint RemoteFingerprint { get; init; }

    public required NegotiatedMedia Audio { get; init; }

    /// <summary>Null if the offer has no video that the relay can forward.</summary>
    public NegotiatedMedia? Video { get; init; }

    /// <summary>The accepted mids in the order of the answer's BUNDLE group; empty if the offer has none.</summary>
    public required IReadOnlyList<string> BundleMids { get; init; }

    /// <summary>RFC 8285 section 6: two-byte header extensions may be sent.</summary>
    public bool ExtmapAllowMixed { get; init; }
}
