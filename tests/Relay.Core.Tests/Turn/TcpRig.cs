using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>A server with TCP allocations and public peers, and clients on streams.</summary>
internal sealed class TcpRig
{
    private int _streams;

    public TcpRig(TurnOptions? options = null) => Turn = new TurnRig(options, PeerMode.Public, tcp: true);

    public TurnRig Turn { get; }

    public TestPeerConnections Tcp => Turn.Tcp;

    public TurnCounters Counters => Turn.Server.Counters;

    /// <summary>A client on a stream of its own.</summary>
    public TurnTestClient Client(string user = "alice", string password = "a secret") => new(Turn, Stream(), user, password);

    /// <summary>One with a TCP allocation.</summary>
    public TurnTestClient Allocated(string user = "alice", string password = "a secret")
    {
        TurnTestClient client = Client(user, password);
        client.AllocateTcp();
        return client;
    }

    public TransportAddress Stream() => VirtualAddress.Of(VirtualAddressKind.Stream, _streams++, 1);

    /// <summary>A Connect that leads to a connection; what the client is told.</summary>
    public uint Connect(TurnTestClient client, in TransportAddress peer)
    {
        client.BeginConnect(peer);
        uint id = Tcp.Connecting.Keys.Last();
        Turn.Server.HandlePeerOpened(id, Turn.Now);
        TurnSent answer = Assert.Single(Turn.Drain());
        Assert.Equal((0, id), (answer.Error, answer.ConnectionId));
        return id;
    }

    /// <summary>A Connect that is refused.</summary>
    public int Refusal(TurnTestClient client, in TransportAddress peer)
    {
        int begun = Tcp.Connecting.Count;
        int error = client.Ask(StunMethod.Connect, TurnTestClient.Peers(peer)).Error;
        Assert.Equal(begun, Tcp.Connecting.Count);
        return error;
    }

    /// <summary>A peer connects; the id that the client is told, 0 if it is not.</summary>
    public uint Arrive(int listener, in TransportAddress peer)
    {
        bool isAccepted = Turn.Server.TryAcceptPeer(listener, peer, Turn.Now, out uint id);
        List<TurnSent> sent = Turn.Drain();
        Assert.Equal(isAccepted ? 1 : 0, sent.Count);
        if (isAccepted)
        {
            Assert.Equal((StunClass.Indication, StunMethod.ConnectionAttempt), (sent[0].Stun.Class, sent[0].Stun.Method));
            Assert.True(sent[0].Stun.TryGetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress told));
            Assert.Equal((peer, id), (told, sent[0].ConnectionId));
        }

        return id;
    }
}
