using Relay.Core.Primitives;
using Relay.Core.Srtp;

namespace Relay.Core.Sfu;

/// <summary>What a plain transport has instead of ICE and DTLS, as a plain value that crosses the mailbox.</summary>
public struct PlainParameters
{
    /// <summary>How packets are protected; <see cref="SrtpProfile.None"/>: not at all, and then <see cref="Remote"/> is given.</summary>
    public SrtpProfile Profile;

    /// <summary>What the relay seals with.</summary>
    public SrtpMasterKey LocalKey;

    /// <summary>What the peer seals with.</summary>
    public SrtpMasterKey RemoteKey;

    /// <summary>The peer's one address; default: learned from packets that authenticate, and followed when they move.</summary>
    public TransportAddress Remote;

    /// <summary>The leg ends after this long without a packet of the peer; zero: never.</summary>
    public TimeSpan Timeout;
}
