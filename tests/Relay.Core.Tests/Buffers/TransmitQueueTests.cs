using Relay.Core.Buffers;
using Relay.Core.Primitives;
using Xunit;

namespace Relay.Core.Tests.Buffers;

public sealed class TransmitQueueTests
{
    private static readonly TransportAddress Remote = TransportAddress.FromIPv4(1, 2);

    private readonly PacketPool _pool = new(8, isChecked: true);

    [Fact]
    public void It_says_when_half_of_it_is_used()
    {
        var queue = new TransmitQueue(_pool, 4);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(i >= 2, queue.IsHalfFull);
            Assert.True(queue.TryRent(out PacketHandle packet));
            queue.Enqueue(packet, 1, Remote);
        }

        while (queue.TryDequeue(out Transmit transmit))
        {
            _pool.Release(transmit.Packet, PacketOwner.Transmit);
        }

        Assert.False(queue.IsHalfFull);
    }

    [Fact]
    public void What_is_said_of_a_datagram_is_not_said_of_the_next_one_in_its_place()
    {
        var queue = new TransmitQueue(_pool, 1);
        foreach ((int via, bool dontFragment) in ((int, bool)[])[(3, true), (0, false)])
        {
            Assert.True(queue.TryRent(out PacketHandle packet));
            queue.Enqueue(packet, 1, Remote, via, dontFragment);
            Assert.True(queue.TryDequeue(out Transmit transmit));
            Assert.Equal((via, dontFragment), (transmit.Via, transmit.DontFragment));
            _pool.Release(transmit.Packet, PacketOwner.Transmit);
        }
    }

    [Fact]
    public void Datagrams_come_out_in_order_across_the_wrap_of_the_ring()
    {
        var queue = new TransmitQueue(_pool, 4);
        byte next = 0;
        byte expected = 0;
        for (int round = 0; round < 50; round++)
        {
            for (int i = 0; i <= round % 4; i++)
            {
                Assert.True(queue.TryRent(out PacketHandle packet));
                queue.Buffer(packet)[0] = next++;
                queue.Enqueue(packet, 1 + round, Remote);
            }

            Assert.Equal((round % 4) + 1, queue.Count);
            while (queue.TryDequeue(out Transmit transmit))
            {
                Assert.Equal(Remote, transmit.Remote);
                Assert.Equal(1 + round, transmit.Length);
                Assert.Equal(expected++, _pool.Span(transmit.Packet, transmit.Offset, transmit.Length)[0]);
                _pool.Release(transmit.Packet, PacketOwner.Transmit);
            }
        }

        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void A_full_queue_gives_no_slot()
    {
        var queue = new TransmitQueue(_pool, 2);
        Fill(queue, 2);
        Assert.False(queue.TryRent(out PacketHandle packet));
        Assert.True(packet.IsNone);
        Assert.Equal(2, _pool.InUse);
        Assert.True(queue.TryDequeue(out Transmit transmit));
        _pool.Release(transmit.Packet, PacketOwner.Transmit);
        Fill(queue, 1);
    }

    [Fact]
    public void An_empty_pool_gives_no_slot()
    {
        var queue = new TransmitQueue(_pool, 16);
        Fill(queue, 8);
        Assert.False(queue.TryRent(out _));
    }

    [Fact]
    public void An_abandoned_slot_goes_back_to_the_pool()
    {
        var queue = new TransmitQueue(_pool, 2);
        Assert.True(queue.TryRent(out PacketHandle packet));
        queue.Abandon(packet);
        Assert.Equal(0, _pool.InUse);
        Assert.Equal(0, queue.Count);
        Assert.False(queue.TryDequeue(out _));
    }

    [Fact]
    public void To_enqueue_more_than_was_rented_is_a_bug()
    {
        var queue = new TransmitQueue(_pool, 2);
        Assert.True(queue.TryRent(out PacketHandle early));
        Fill(queue, 2);
        Assert.Throws<InvalidOperationException>(() => queue.Enqueue(early, 1, Remote));
    }

    [Fact]
    public void The_buffer_leaves_the_headroom_free()
    {
        var queue = new TransmitQueue(_pool, 2);
        Assert.True(queue.TryRent(out PacketHandle packet));
        Assert.Equal(PacketPool.SlotBytes - PacketPool.HeadroomBytes, queue.Buffer(packet).Length);
        queue.Enqueue(packet, 5, Remote);
        Assert.True(queue.TryDequeue(out Transmit transmit));
        Assert.Equal(PacketPool.HeadroomBytes, transmit.Offset);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_537)]
    public void The_capacity_has_limits(int capacity)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TransmitQueue(_pool, capacity));
    }

    private static void Fill(TransmitQueue queue, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(queue.TryRent(out PacketHandle packet));
            queue.Enqueue(packet, 1, Remote);
        }
    }
}
