using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>One relayed transport address (RFC 8656 section 2): a port that belongs to an allocation or a reservation.</summary>
internal struct RelayedAddress
{
    public TransportAddress Address;

    /// <summary>The relay port's handle; 0 if it is virtual, for peers in this process only.</summary>
    public int Via;

    /// <summary>The listener of a TCP allocation (<see cref="IPeerConnections.TryListen"/>); 0 if its transport is UDP.</summary>
    public int Listener;

    /// <summary>The allocation's part in a port that others have as well; null if the port is its own.</summary>
    public PortShare? Share;

    /// <summary>When the allocation gives it up unless it is refreshed.</summary>
    public Instant ExpiresAt;

    public readonly bool IsNone => Address.Port == 0;
}
