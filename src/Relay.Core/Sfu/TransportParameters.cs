using Relay.Core.Dtls;
using Relay.Core.Ice;

namespace Relay.Core.Sfu;

/// <summary>All that a worker needs to know to open a leg, as a plain value that crosses the mailbox.</summary>
public struct TransportParameters
{
    /// <summary>The relay's ICE credentials for the leg; the ufrag carries its slot.</summary>
    public IceCredentials LocalIce;

    /// <summary>The peer's ICE user name fragment.</summary>
    public IceRemoteUfrag RemoteUfrag;

    /// <summary>What the peer's certificate must hash to.</summary>
    public DtlsFingerprint RemoteFingerprint;

    /// <summary>The relay's RTCP CNAME towards this peer (RFC 7022): random, for this leg only.</summary>
    public InlineText Cname;

    /// <summary>For a plain transport, which has nothing of ICE and DTLS.</summary>
    public PlainParameters Plain;

    public MediaParameters Audio;
    public MediaParameters Video;
}
