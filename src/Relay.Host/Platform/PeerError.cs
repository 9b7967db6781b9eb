using Relay.Core.Primitives;

namespace Relay.Host.Platform;

/// <summary>That a datagram of a relay port did not arrive, as ICMP said or as the system knew by itself.</summary>
internal struct PeerError
{
    /// <summary>The relay port's handle.</summary>
    public int Port;

    /// <summary>Where the datagram was sent.</summary>
    public TransportAddress Peer;

    /// <summary>ICMP's type, of the peer's family.</summary>
    public byte Type;

    /// <summary>ICMP's code.</summary>
    public byte Code;

    /// <summary>What follows in ICMP's header: the MTU, if the datagram was too big.</summary>
    public uint Data;

    /// <summary>This host refused the datagram, which is larger than a link takes; nobody sent ICMP.</summary>
    public bool IsLocal;
}
