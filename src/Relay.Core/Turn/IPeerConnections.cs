using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// The TCP sockets of allocations whose transport is TCP (RFC 6062). Called by the worker's thread; what becomes of connections
/// is told to <see cref="TurnServer.HandlePeerOpened"/>, <see cref="TurnServer.HandlePeerClosed"/> and
/// <see cref="TurnServer.TryAcceptPeer"/>, never from within a call.
/// </summary>
public interface IPeerConnections
{
    /// <summary>Listens on the relay's address of the family; false if the port is taken or there is no socket left.</summary>
    /// <param name="isIPv6">The family.</param>
    /// <param name="port">The port, as drawn.</param>
    /// <param name="listener">1 or more, different from all that are open.</param>
    bool TryListen(bool isIPv6, ushort port, out int listener);

    /// <summary>Stops listening; connections stay.</summary>
    void CloseListener(int listener);

    /// <summary>Begins to connect to a peer, from the listener's port.</summary>
    void Connect(uint id, int listener, in TransportAddress peer);

    /// <summary>Begins to connect two allocations here with each other: both connections are opened, or closed.</summary>
    void ConnectPair(uint outgoing, int outgoingListener, uint incoming, int incomingListener);

    /// <summary>
    /// The stream and the connection are one from the stream's next message on; false if either is gone. What is sent to the
    /// stream before the next call of any member still goes to its client first.
    /// </summary>
    bool TryBind(uint id, in TransportAddress stream);

    /// <summary>Closes a connection, in whatever state, and the stream that is bound to it; nothing more is told of it.</summary>
    void Close(uint id);
}
