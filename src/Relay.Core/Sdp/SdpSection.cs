namespace Relay.Core.Sdp;

/// <summary>Who opens the DTLS association (RFC 8842 section 5.3, RFC 4145 section 4).</summary>
public enum SdpSetup : byte
{
    /// <summary>Not said; RFC 4145 section 4.1 reads that as active in an offer.</summary>
    None = 0,
    ActPass,
    Active,
    Passive,
    HoldConn,
}

/// <summary>
/// An a=extmap line (RFC 8285 section 8).
/// </summary>
/// <param name="Id">1 to 14, or 16 to 255 for the two-byte form; other numbers are passed over by the parser.</param>
/// <param name="Uri">The extension's name.</param>
/// <param name="Direction">Null if the line has none.</param>
public sealed record SdpExtmap(byte Id, string Uri, SdpDirection? Direction);

/// <summary>What both the session level and an m-line of a description may say.</summary>
public class SdpSection
{
    private readonly List<SdpFingerprint> _fingerprints = [];
    private readonly List<SdpExtmap> _extmaps = [];

    internal SdpSection()
    {
    }

    /// <summary>RFC 8839 section 5.4; null if not said.</summary>
    public string? UsernameFragment { get; internal set; }

    /// <summary>RFC 8839 section 5.4; null if not said.</summary>
    public string? Password { get; internal set; }

    /// <summary>RFC 8122; in the order of the lines, unknown and broken hash functions included without a digest.</summary>
    public IReadOnlyList<SdpFingerprint> Fingerprints => _fingerprints;

    public SdpSetup Setup { get; internal set; }

    /// <summary>In the order of the lines.</summary>
    public IReadOnlyList<SdpExtmap> Extmaps => _extmaps;

    /// <summary>RFC 8285 section 6.</summary>
    public bool ExtmapAllowMixed { get; internal set; }

    /// <summary>Whether a=ice-options names "ice2" (RFC 8445 section 10).</summary>
    public bool Ice2 { get; internal set; }

    /// <summary>Whether a=ice-options names "trickle" (RFC 8838).</summary>
    public bool Trickle { get; internal set; }

    /// <summary>The offerer's view; null if not said.</summary>
    internal SdpDirection? DirectionSaid { get; set; }

    internal bool TryAdd(SdpFingerprint fingerprint)
    {
        if (_fingerprints.Count == SdpLimits.FingerprintsMax)
        {
            return false;
        }

        _fingerprints.Add(fingerprint);
        return true;
    }

    internal bool TryAdd(SdpExtmap extmap)
    {
        if (_extmaps.Count == SdpLimits.ExtensionsMax)
        {
            return false;
        }

        _extmaps.Add(extmap);
        return true;
    }

    /// <summary>Takes from the session level what this section does not say itself.</summary>
    internal void Inherit(SdpSection session)
    {
        if (UsernameFragment is null && Password is null)
        {
            UsernameFragment = session.UsernameFragment;
            Password = session.Password;
        }

        if (_fingerprints.Count == 0)
        {
            _fingerprints.AddRange(session._fingerprints);
        }

        foreach (SdpExtmap extmap in session._extmaps)
        {
            TryAdd(extmap);
        }

        Setup = Setup == SdpSetup.None ? session.Setup : Setup;
        DirectionSaid ??= session.DirectionSaid;
        ExtmapAllowMixed |= session.ExtmapAllowMixed;
        Ice2 |= session.Ice2;
        Trickle |= session.Trickle;
    }
}
