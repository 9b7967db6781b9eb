using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Workers;

public sealed class HandshakeAssociationTests : IDisposable
{
    private const int Slot = 3;

    private static readonly Instant Now = Instant.Zero + TimeSpan.FromHours(1);

    private readonly BlockingDtls _inner = new();
    private readonly SemaphoreSlim _woken = new(0);
    private readonly HandshakeThread _thread;
    private readonly IDtlsAssociation _association;

    public HandshakeAssociationTests()
    {
        _thread = new HandshakeThread(0, _inner, 4, () => _woken.Release());
        _thread.Start();
        _association = _thread.Create(default, Slot);
    }

    public void Dispose()
    {
        _inner.LetGoOn(100);
        _association.Dispose();
        _thread.Dispose();
        _woken.Dispose();
    }

    [Fact]
    public void A_datagram_of_the_handshake_is_handled_on_the_other_thread()
    {
        Assert.Equal(DropReason.None, _association.HandleDatagram([1], Now));
        Step();
        Assert.Equal(Slot, TakeBack());
        (byte first, int thread) = Assert.Single(_inner.Handled);
        Assert.Equal(1, first);
        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
        Assert.Equal(Slot, _inner.Slot);
    }

    // A flight that waited its turn for a second would be due for its retransmission when it is first sent.
    [Fact]
    public void A_datagram_that_waited_is_handled_at_the_time_of_its_turn()
    {
        _association.HandleDatagram([1], Instant.Zero);
        Assert.True(_inner.Begun.Wait(TimeSpan.FromSeconds(20)));
        _association.HandleDatagram([2], Instant.Zero);
        Instant turn = MonotonicClock.Now;
        _inner.LetGoOn(2);
        TakeBack();
        TakeBack();
        Assert.Equal(2, _inner.Handled.Count);
        Assert.True(_inner.HandledAt >= turn);
    }

    [Fact]
    public void While_it_is_away_it_shows_nothing_and_takes_what_comes()
    {
        _association.HandleDatagram([1], Now);
        Assert.True(_inner.Begun.Wait(TimeSpan.FromSeconds(20)));
        _inner.NextTimeout = Now;
        Assert.Equal(DropReason.None, _association.HandleDatagram([2], Now));
        Assert.Equal(DropReason.None, _association.HandleDatagram([3], Now));
        Assert.Equal((DtlsState.Connecting, Instant.Never, (ushort)0), (_association.State, _association.NextTimeout, _association.SrtpProfile));
        Assert.False(_association.TryDequeueDatagram(new byte[10], out _));
        Assert.False(_association.TryExportKeyingMaterial(new byte[10]));
        _association.HandleTimeout(Now);
        Assert.Equal(0, _inner.TimeoutsHandled);

        _inner.LetGoOn(3);
        TakeBack();
        TakeBack();
        Assert.Equal([1, 2, 3], _inner.Handled.Select(handled => handled.First));
        Assert.Equal(Now, _association.NextTimeout);
        Assert.True(_association.TryDequeueDatagram(new byte[10], out _));
    }

    [Fact]
    public void What_the_handshake_needed_is_released_on_the_other_thread_once_and_it_stays_connected()
    {
        _association.HandlePeerConfirmed();
        Assert.Empty(_inner.ConfirmedBy);

        _association.HandleDatagram([1], Now);
        Step();
        TakeBack();
        _inner.State = DtlsState.Connected;
        _association.HandlePeerConfirmed();
        _association.HandlePeerConfirmed();
        Assert.Equal(DtlsState.Connected, _association.State);
        Assert.Equal(DropReason.None, _association.HandleDatagram([2], Now));
        TakeBack();

        Assert.NotEqual(Environment.CurrentManagedThreadId, Assert.Single(_inner.ConfirmedBy));
        Assert.Equal(DtlsState.Connected, _association.State);
        Assert.Equal([1, 2], _inner.Handled.Select(handled => handled.First));
    }

    [Fact]
    public void A_datagram_of_any_length_that_the_relay_receives_is_taken()
    {
        // Peers with long certificate chains fill 1,500 bytes of Ethernet.
        Assert.Equal(DropReason.None, _association.HandleDatagram(new byte[1472], Now));
        Step();
        TakeBack();
        Assert.Equal(DropReason.None, _association.HandleDatagram(new byte[PacketPool.DatagramMaxBytes], Now));
        Step();
        TakeBack();
        Assert.Equal(2, _inner.Handled.Count);
    }

    [Fact]
    public void What_waits_is_bounded()
    {
        _association.HandleDatagram([1], Now);
        int taken = 0;
        while (_association.HandleDatagram(new byte[1000], Now) == DropReason.None)
        {
            Assert.True(++taken < 100);
        }

        Assert.InRange(taken, 8, 16);
        Assert.Equal(DropReason.DtlsQueueFull, _association.HandleDatagram(new byte[1000], Now));
    }

    [Fact]
    public void Once_connected_it_stays()
    {
        _association.HandleDatagram([1], Now);
        Step();
        _inner.State = DtlsState.Connected;
        TakeBack();
        Assert.Equal((DtlsState.Connected, (ushort)7), (_association.State, _association.SrtpProfile));
        Assert.Equal(DropReason.None, _association.HandleDatagram([2], Now));
        Assert.Equal((2, Environment.CurrentManagedThreadId), _inner.Handled[^1]);
        Assert.True(_association.TryExportKeyingMaterial(new byte[10]));
    }

    [Fact]
    public void What_came_while_it_connected_is_handled_when_it_is_back()
    {
        _association.HandleDatagram([1], Now);
        Assert.True(_inner.Begun.Wait(TimeSpan.FromSeconds(20)));
        _association.HandleDatagram([2], Now);
        _inner.State = DtlsState.Connected;
        _inner.LetGoOn();
        TakeBack();
        Assert.Equal((2, Environment.CurrentManagedThreadId), _inner.Handled[^1]);
    }

    [Fact]
    public void It_is_freed_on_the_other_thread()
    {
        _association.HandleDatagram([1], Now);
        Step();
        TakeBack();
        _association.HandleClose();
        _association.Dispose();
        Assert.Equal((1, DtlsState.Closed), (_inner.ClosesHandled, _association.State));
        TakeBack();
        Assert.NotEqual(0, _inner.DisposedBy);
        Assert.NotEqual(Environment.CurrentManagedThreadId, _inner.DisposedBy);
    }

    [Fact]
    public void Ended_while_away_it_is_freed_after_its_return()
    {
        _association.HandleDatagram([1], Now);
        Assert.True(_inner.Begun.Wait(TimeSpan.FromSeconds(20)));
        _association.HandleClose();
        _association.Dispose();
        Assert.Equal(DropReason.DtlsAfterClose, _association.HandleDatagram([2], Now));
        _inner.LetGoOn();
        TakeBack();
        TakeBack();
        Assert.Equal((0, 1), (_inner.ClosesHandled, _inner.Handled.Count));
        Assert.NotEqual(0, _inner.DisposedBy);
    }

    [Fact]
    public void One_that_never_began_has_nothing_to_free()
    {
        _association.Dispose();
        Assert.False(_thread.TryTakeBack(out _));
        Assert.Equal(0, _inner.DisposedBy);
    }

    private void Step()
    {
        Assert.True(_inner.Begun.Wait(TimeSpan.FromSeconds(20)));
        _inner.LetGoOn();
    }

    private int TakeBack()
    {
        Assert.True(_woken.Wait(TimeSpan.FromSeconds(20)));
        Assert.True(_thread.TryTakeBack(out int slot));
        return slot;
    }
}
