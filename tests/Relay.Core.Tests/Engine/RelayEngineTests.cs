using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Engine;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Tests.Ice;
using Relay.Core.Tests.Sfu;
using Xunit;

namespace Relay.Core.Tests.Engine;

/// <summary>The engine by itself; what sessions do together is simulated in Relay.Simulation.</summary>
public sealed class RelayEngineTests : IDisposable
{
    private static readonly TransportId Leg = new(IceLeg.Slot, 1);

    private readonly PacketPool _pool = new(64, isChecked: true);
    private readonly ReceiveSlab _slab = new(buffers: 2, bufferBytes: 8192);
    private readonly FakeDtls _dtls = new();
    private readonly IceLeg _client = new(start: false);
    private readonly RelayEngine _engine;
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    public RelayEngineTests() =>
        _engine = new RelayEngine(new EngineOptions { TransportsMax = 8 }, _pool, _slab, _dtls, new SeededRandomSource(1));

    public void Dispose()
    {
        _engine.Dispose();
        Drain();
        EngineCounters counters = _engine.Counters;
        Assert.Equal(counters.Received, counters.Forwarded + counters.Consumed + counters.DroppedTotal());
        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void An_empty_engine_has_nothing_to_do()
    {
        Assert.Equal(Instant.Never, _engine.NextTimeout);
        Assert.Equal(0, _engine.TransportCount);
        _engine.HandleTimeout(_now);
        Assert.False(_engine.TryDequeueTransmit(out _));
        Assert.False(_engine.TryDequeueEvent(out _));
    }

    [Theory]
    [InlineData(DropReason.Empty, new byte[0])]
    [InlineData(DropReason.UnknownProtocol, new byte[] { 64, 0, 0, 0 })]
    [InlineData(DropReason.UnknownProtocol, new byte[] { 255 })]
    [InlineData(DropReason.UnknownFlow, new byte[] { 22, 254, 253 })]
    [InlineData(DropReason.UnknownFlow, new byte[] { 0x80 })]
    [InlineData(DropReason.UnknownFlow, new byte[] { 0x80, 200 })]
    [InlineData(DropReason.StunTruncated, new byte[] { 0, 1, 0, 0 })]
    public void What_belongs_to_nobody_is_dropped_by_its_reason(DropReason reason, byte[] datagram)
    {
        Receive(IceLeg.A, datagram);
        Assert.Equal(1, _engine.Counters.Dropped(reason));
        Assert.Equal(1, _engine.Counters.DroppedTotal());
        Assert.Empty(Drain());
    }

    [Fact]
    public void A_datagram_that_claims_to_be_from_a_virtual_address_is_dropped()
    {
        Open();
        Receive(VirtualAddress.Of(VirtualAddressKind.Stream, 0, 1), _client.Request());
        Receive(VirtualAddress.Of(VirtualAddressKind.TurnPeer, 0, 1), [0x80, 0]);
        Assert.Equal(2, _engine.Counters.Dropped(DropReason.ImpossibleAddress));
        Assert.Empty(Drain());
    }

    [Fact]
    public void Only_binding_requests_and_indications_are_taken()
    {
        Open();
        Receive(IceLeg.A, _client.Request(new Check { Class = Core.Stun.StunClass.Indication }));
        Assert.Equal(1, _engine.Counters.Consumed);
        Receive(IceLeg.A, _client.Request(new Check { Class = Core.Stun.StunClass.SuccessResponse }));
        Assert.Equal(1, _engine.Counters.Dropped(DropReason.StunUnexpectedClass));
        Receive(IceLeg.A, _client.Request(new Check { Method = (Core.Stun.StunMethod)3 }));
        Assert.Equal(1, _engine.Counters.Dropped(DropReason.StunUnexpectedMethod));
        Receive(IceLeg.A, _client.Request(new Check { Username = "who:ever" }));
        Receive(IceLeg.A, _client.Request(new Check { Username = string.Empty }));
        Assert.Equal(2, _engine.Counters.Dropped(DropReason.StunUnknownUser));
        Assert.Empty(Drain());
    }

    [Fact]
    public void A_ufrag_with_a_slot_that_the_engine_does_not_have_is_unknown()
    {
        _client.Local = IceCredentials.Generate(60_000, new SeededRandomSource(9));
        Receive(IceLeg.A, _client.Request());
        _client.Local = IceCredentials.Generate(2, new SeededRandomSource(9));
        Receive(IceLeg.A, _client.Request());
        Assert.Equal(2, _engine.Counters.Dropped(DropReason.StunUnknownUser));
    }

    [Fact]
    public void A_leg_is_told_to_be_connected_once()
    {
        Open();
        Assert.Equal(1, _engine.TransportCount);
        Assert.True(_engine.NextTimeout <= _now + TimeSpan.FromSeconds(30));
        Connect();
        Connect();
        EngineEvent told = Assert.Single(Events());
        Assert.Equal((EngineEventKind.Connected, Leg), (told.Kind, told.Transport));
    }

    [Fact]
    public void News_of_a_handshake_close_a_leg_or_meet_an_empty_slot()
    {
        _engine.HandleHandshake(Leg.Slot, _now);
        Assert.False(_engine.TryDequeueEvent(out _));
        Open();
        _dtls.CloseReason = CloseReason.FingerprintMismatch;
        _engine.HandleHandshake(Leg.Slot, _now);
        Assert.True(_engine.TryDequeueEvent(out EngineEvent told));
        Assert.Equal((EngineEventKind.Closed, CloseReason.FingerprintMismatch), (told.Kind, told.Reason));
    }

    [Fact]
    public void Closing_tells_frees_the_slot_and_forgets_its_addresses()
    {
        Open();
        Connect();
        Events();
        _engine.HandleCommand(Command.Close(Leg, CloseReason.Requested), _now);
        EngineEvent told = Assert.Single(Events());
        Assert.Equal((EngineEventKind.Closed, Leg, CloseReason.Requested), (told.Kind, told.Transport, told.Reason));
        Assert.Equal(0, _engine.TransportCount);
        Assert.Equal(Instant.Never, _engine.NextTimeout);
        Assert.True(_dtls.IsDisposed);
        Receive(IceLeg.A, [22, 0]);
        Assert.Equal(1, _engine.Counters.Dropped(DropReason.UnknownFlow));
        Assert.Contains(Drain(), datagram => datagram is [21, 0]);
    }

    [Fact]
    public void To_open_a_slot_in_use_is_a_bug_of_the_control_plane()
    {
        Open();
        Assert.Throws<InvalidOperationException>(Open);
    }

    [Fact]
    public void A_leg_that_nobody_reaches_is_closed_by_its_timer()
    {
        Open();
        _now = _engine.NextTimeout;
        _engine.HandleTimeout(_now);
        Assert.Equal(CloseReason.ConnectTimeout, Assert.Single(Events()).Reason);
        Assert.Equal(0, _engine.TransportCount);
    }

    [Fact]
    public void A_handled_timeout_is_not_asked_for_again()
    {
        Open();
        Connect();
        for (int i = 0; i < 100 && _engine.NextTimeout != Instant.Never; i++)
        {
            _now = _engine.NextTimeout;
            _engine.HandleTimeout(_now);
            Assert.True(_engine.NextTimeout > _now);
            Drain();
        }

        Assert.Equal(Instant.Never, _engine.NextTimeout);
    }

    [Fact]
    public void Disposing_closes_every_leg()
    {
        Open();
        Connect();
        Events();
        _engine.Dispose();
        Assert.Equal(CloseReason.Draining, Assert.Single(Events()).Reason);
        Assert.True(_dtls.IsDisposed);
    }

    [Fact]
    public void Events_come_in_the_order_in_which_things_happened()
    {
        for (uint generation = 1; generation < 50; generation++)
        {
            var id = new TransportId(IceLeg.Slot, generation);
            _engine.HandleCommand(Command.Open(id, Parameters()), _now);
            _engine.HandleCommand(Command.Close(id, CloseReason.Requested), _now);
            if (generation % 3 == 0)
            {
                Assert.Equal([generation - 2, generation - 1, generation], Events().Select(e => e.Transport.Generation));
            }
        }
    }

    private TransportParameters Parameters() => new() { LocalIce = _client.Local, RemoteUfrag = _client.Remote };

    private void Open() => _engine.HandleCommand(Command.Open(Leg, Parameters()), _now);

    private void Connect()
    {
        Receive(IceLeg.A, _client.Request(new Check { Nominate = true }));
        _dtls.State = DtlsState.Connected;
        Receive(IceLeg.A, [22, 0]);
        Drain();
    }

    private void Receive(TransportAddress from, byte[] datagram)
    {
        datagram.CopyTo(_slab.Buffer(1));
        _engine.HandleDatagrams([new Received { Offset = _slab.OffsetOf(1), Length = datagram.Length, Remote = from }], _now);
    }

    private List<byte[]> Drain()
    {
        List<byte[]> sent = [];
        while (_engine.TryDequeueTransmit(out Transmit transmit))
        {
            sent.Add(_pool.Span(transmit.Packet, transmit.Offset, transmit.Length).ToArray());
            _pool.Release(transmit.Packet, PacketOwner.Transmit);
        }

        return sent;
    }

    private List<EngineEvent> Events()
    {
        List<EngineEvent> events = [];
        while (_engine.TryDequeueEvent(out EngineEvent engineEvent))
        {
            events.Add(engineEvent);
        }

        return events;
    }
}
