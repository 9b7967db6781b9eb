using Relay.Core.Buffers;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class RetransmissionCacheTests
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);
    private static readonly Instant Start = new(TimeSpan.FromHours(1).Ticks);

    private readonly PacketPool _pool = new(64, isChecked: true);
    private readonly RetransmissionCache _cache;

    public RetransmissionCacheTests() => _cache = new RetransmissionCache(_pool, 8, Age);

    [Fact]
    public void A_kept_packet_outlives_its_receiver_and_is_found_by_number()
    {
        Add(100, Start);
        Assert.Equal(1, _cache.Count);
        Assert.Equal(1, _pool.CountHeldBy(PacketOwner.RetransmissionCache));
        Assert.True(_cache.TryGet(100, Start, out MediaPacket found));
        Assert.Equal(100, found.Sequence);
        Assert.Equal(100, _pool.Slot(found.Packet)[0]);
        Assert.False(_cache.TryGet(108, Start, out _));
        Assert.False(_cache.TryGet(92, Start, out _));
        Assert.False(_cache.TryGet(101, Start, out _));
    }

    [Fact]
    public void The_newest_packets_are_kept_and_the_rest_released()
    {
        for (int i = 0; i < 30; i++)
        {
            Add(100 + i, Start);
        }

        Assert.Equal(8, _cache.Count);
        Assert.Equal(8, _pool.InUse);
        for (int i = 0; i < 30; i++)
        {
            Assert.Equal(i >= 22, _cache.TryGet(100 + i, Start, out _));
        }
    }

    [Fact]
    public void A_late_packet_does_not_push_out_a_newer_one()
    {
        Add(108, Start);
        Add(100, Start);
        Assert.Equal(1, _pool.InUse);
        Assert.True(_cache.TryGet(108, Start, out _));
        Assert.False(_cache.TryGet(100, Start, out _));
    }

    [Fact]
    public void A_packet_past_its_age_is_not_found_and_is_released_by_the_timer()
    {
        Add(100, Start);
        Add(101, Start + TimeSpan.FromMilliseconds(500));
        Assert.True(_cache.TryGet(100, Start + Age, out _));
        Instant late = Start + Age + new TimeSpan(1);
        Assert.False(_cache.TryGet(100, late, out _));
        _cache.HandleTimeout(late);
        Assert.Equal(1, _cache.Count);
        Assert.Equal(1, _pool.InUse);
        _cache.HandleTimeout(Start + (2 * Age));
        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void Clear_releases_all()
    {
        for (int i = 0; i < 5; i++)
        {
            Add(i, Start);
        }

        _cache.Clear();
        Assert.Equal(0, _cache.Count);
        Assert.Equal(0, _pool.InUse);
        Assert.False(_cache.TryGet(0, Start, out _));
        Add(3, Start);
        Assert.Equal(1, _cache.Count);
    }

    [Fact]
    public void The_capacity_is_a_power_of_two()
    {
        Assert.Throws<ArgumentException>(() => new RetransmissionCache(_pool, 12, Age));
    }

    private void Add(long sequence, Instant arrival)
    {
        Assert.True(_pool.TryRent(PacketOwner.Engine, out PacketHandle slot));
        _pool.Slot(slot)[0] = (byte)sequence;
        _cache.Add(new MediaPacket { Packet = slot, Sequence = sequence, Arrival = arrival });
        _pool.Release(slot, PacketOwner.Engine);
    }
}
