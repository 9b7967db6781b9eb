using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Tests.Ice;
using Relay.Core.Tests.Sfu;
using Xunit;

namespace Relay.Core.Tests.Engine;

public sealed class TransportTableTests
{
    private static readonly TransportId Leg = new(IceLeg.Slot, 7);

    private readonly EngineEventQueue _events = new(8);
    private readonly SfuContext _context;
    private readonly TransportTable _table;
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    public TransportTableTests()
    {
        var pool = new PacketPool(32, isChecked: true);
        var random = new SeededRandomSource(1);
        _context = new SfuContext(pool, new TransmitQueue(pool, 16), new EngineCounters(), random, new SfuOptions(), 8);
        _table = new TransportTable(_context, _events, new EngineOptions { TransportsMax = 8 }, random);
    }

    [Fact]
    public void A_transport_is_found_by_its_slot_and_only_under_its_own_generation()
    {
        Open();
        Assert.Equal(1, _table.Count);
        Assert.NotNull(_table[Leg.Slot]);
        Assert.NotNull(_table.Find(Leg));
        Assert.Null(_table.Find(new TransportId(Leg.Slot, 8)));
        Assert.Null(_table[-1]);
        Assert.Null(_table[8]);
        Assert.Throws<InvalidOperationException>(() => _table.RequireFree(Leg));
    }

    [Fact]
    public void Closing_tells_once_and_frees_the_slot()
    {
        Open();
        _table.Close(Leg.Slot, CloseReason.Requested);
        Assert.True(_events.TryDequeue(out EngineEvent told));
        Assert.Equal((EngineEventKind.Closed, Leg, CloseReason.Requested), (told.Kind, told.Transport, told.Reason));
        Assert.False(_events.TryDequeue(out _));
        Assert.Equal(0, _table.Count);
        Assert.Equal(Instant.Never, _table.NextTimeout);
        _table.RequireFree(Leg);
    }

    [Fact]
    public void A_transport_that_times_out_is_closed_by_its_timer()
    {
        Open();
        _now = _table.NextTimeout;
        _table.HandleTimeout(_now);
        Assert.True(_events.TryDequeue(out EngineEvent told));
        Assert.Equal(CloseReason.ConnectTimeout, told.Reason);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void All_close_at_the_end()
    {
        Open();
        _table.CloseAll(CloseReason.Draining);
        Assert.True(_events.TryDequeue(out EngineEvent told));
        Assert.Equal(CloseReason.Draining, told.Reason);
    }

    private void Open()
    {
        var client = new IceLeg(start: false);
        var parameters = new TransportParameters { LocalIce = client.Local, RemoteUfrag = client.Remote };
        _table.Open(Leg, new WebRtcTransport(_context, Leg.Slot, parameters, new FakeDtls(), IceOptions.Default, _now));
    }
}
