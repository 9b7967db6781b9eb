using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>How far a <see cref="PeerConnection"/> is.</summary>
internal enum PeerConnectionState : byte
{
    /// <summary>On its way to the peer, or from another allocation here.</summary>
    Connecting,

    /// <summary>Open; the client has to bind a data connection to it.</summary>
    Unbound,

    /// <summary>One with the client's data connection.</summary>
    Bound,
}

/// <summary>A TCP connection between a relayed address and a peer (RFC 6062 section 3: a peer data connection).</summary>
internal sealed class PeerConnection(int slot, uint id, TurnAllocation allocation, TransportAddress peer, ConnectAnswer? answer)
{
    /// <summary>Its entry in the table.</summary>
    public int Slot => slot;

    /// <summary>CONNECTION-ID.</summary>
    public uint Id => id;

    public TurnAllocation Allocation => allocation;

    public TransportAddress Peer => peer;

    /// <summary>The client's Connect, to be answered once it is open; null if the peer came by itself.</summary>
    public ConnectAnswer? Answer => answer;

    public PeerConnectionState State { get; set; }
}
