using Relay.Core.Primitives;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>TCP connections that are only numbers, and what the server wanted of them.</summary>
internal sealed class TestPeerConnections : IPeerConnections
{
    private int _listeners;

    /// <summary>Open listeners: handle to port.</summary>
    public Dictionary<int, ushort> Listening { get; } = [];

    /// <summary>Ports that another program has.</summary>
    public HashSet<ushort> Taken { get; } = [];

    /// <summary>Connections to peers that were begun: id to listener and peer.</summary>
    public Dictionary<uint, (int Listener, TransportAddress Peer)> Connecting { get; } = [];

    /// <summary>Pairs that were begun.</summary>
    public List<(uint Outgoing, int OutgoingListener, uint Incoming, int IncomingListener)> Pairs { get; } = [];

    public Dictionary<uint, TransportAddress> Bound { get; } = [];

    public List<uint> Closed { get; } = [];

    /// <summary>Streams or connections are gone when they are to be bound.</summary>
    public bool RefusesToBind { get; set; }

    public bool TryListen(bool isIPv6, ushort port, out int listener)
    {
        listener = 0;
        if (Taken.Contains(port))
        {
            return false;
        }

        listener = ++_listeners;
        Listening.Add(listener, port);
        return true;
    }

    public void CloseListener(int listener) => Assert.True(Listening.Remove(listener));

    public void Connect(uint id, int listener, in TransportAddress peer)
    {
        Assert.Contains(listener, Listening.Keys);
        Connecting.Add(id, (listener, peer));
    }

    public void ConnectPair(uint outgoing, int outgoingListener, uint incoming, int incomingListener) =>
        Pairs.Add((outgoing, outgoingListener, incoming, incomingListener));

    public bool TryBind(uint id, in TransportAddress stream)
    {
        if (!RefusesToBind)
        {
            Bound.Add(id, stream);
        }

        return !RefusesToBind;
    }

    public void Close(uint id) => Closed.Add(id);
}
