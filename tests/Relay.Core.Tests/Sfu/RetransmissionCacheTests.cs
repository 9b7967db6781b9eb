using Relay.Core.Buffers;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class RetransmissionCacheTests
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);
    private static readonly Instant Start = new(TimeSpan.FromHours(1).Ticks);

    private readonly PacketPool _pool = new(256, isChecked: true);
    private readonly SharedArrays<MediaPacket> _pages = new(RetransmissionCache.PagePackets, 4);
    private readonly RetransmissionCache _cache;

    public RetransmissionCacheTests() => _cache = new RetransmissionCache(_pool, _pages, Options(64, 1024 * 1024));

    [Fact]
    public void A_kept_packet_outlives_its_receiver_and_is_found_by_number()
    {
        Add(100, Start);
        Assert.Equal(1, _cache.Count);
        Assert.Equal(1, _pool.CountHeldBy(PacketOwner.RetransmissionCache));
        Assert.True(_cache.TryGet(100, Start, out MediaPacket found));
        Assert.Equal(100, found.Sequence);
        Assert.Equal(100, _pool.Slot(found.Packet)[0]);
        Assert.False(_cache.TryGet(164, Start, out _));
        Assert.False(_cache.TryGet(36, Start, out _));
        Assert.False(_cache.TryGet(101, Start, out _));
    }

    [Fact]
    public void The_newest_packets_are_kept_and_the_rest_released()
    {
        for (int i = 0; i < 200; i++)
        {
            Add(100 + i, Start);
        }

        Assert.Equal(64, _cache.Count);
        Assert.Equal(64, _pool.InUse);
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(i >= 136, _cache.TryGet(100 + i, Start, out _));
        }
    }

    [Fact]
    public void The_bytes_of_the_slots_are_bounded_whatever_the_packets_are()
    {
        var cache = new RetransmissionCache(_pool, _pages, Options(64, 10 * PacketPool.SlotBytes));
        for (int i = 0; i < 30; i++)
        {
            Add(cache, 100 + i, Start);
        }

        Assert.Equal(10, cache.Count);
        Assert.True(cache.TryGet(120, Start, out _));
        Assert.False(cache.TryGet(119, Start, out _));
        // Full of newer ones, it takes no older one.
        Add(cache, 110, Start);
        Assert.Equal(10, _pool.InUse);
        cache.Clear();
    }

    [Fact]
    public void Pages_go_back_when_their_packets_have_gone()
    {
        for (int i = 0; i < 64; i++)
        {
            Add(96 + i, Start + TimeSpan.FromMilliseconds(i));
        }

        Assert.Equal(2, _pages.InUse);
        _cache.HandleTimeout(Start + Age + TimeSpan.FromMilliseconds(40));
        Assert.Equal(24, _cache.Count);
        Assert.Equal(1, _pages.InUse);
        _cache.Clear();
        Assert.Equal(0, _pages.InUse);
        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void Without_a_page_nothing_is_kept()
    {
        for (int i = 0; i < 4; i++)
        {
            Assert.True(_pages.TryRent(out _));
        }

        Add(100, Start);
        Assert.Equal(0, _cache.Count);
        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void A_jump_over_everything_leaves_only_the_new_packet()
    {
        for (int i = 0; i < 20; i++)
        {
            Add(100 + i, Start);
        }

        Add(1100, Start);
        Assert.Equal(1, _cache.Count);
        Assert.True(_cache.TryGet(1100, Start, out _));
        // A gap is filled late, and counts as the oldest then.
        Add(1090, Start);
        Assert.Equal(2, _cache.Count);
        Add(1090 + 64, Start);
        Assert.False(_cache.TryGet(1090, Start, out _));
        Assert.Equal(2, _pool.InUse);
    }

    [Fact]
    public void A_late_packet_does_not_push_out_a_newer_one()
    {
        Add(164, Start);
        Add(100, Start);
        Assert.Equal(1, _pool.InUse);
        Assert.True(_cache.TryGet(164, Start, out _));
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
        Assert.Throws<ArgumentException>(() => new RetransmissionCache(_pool, _pages, Options(96, 1)));
        Assert.Throws<ArgumentException>(() => new RetransmissionCache(_pool, _pages, Options(16, 1)));
    }

    private static SfuOptions Options(int packets, int bytes) => new()
    {
        RetransmissionCachePackets = packets,
        RetransmissionCacheBytes = bytes,
        RetransmissionAgeMax = Age,
    };

    private void Add(long sequence, Instant arrival) => Add(_cache, sequence, arrival);

    private void Add(RetransmissionCache cache, long sequence, Instant arrival)
    {
        Assert.True(_pool.TryRent(PacketOwner.Engine, out PacketHandle slot));
        _pool.Slot(slot)[0] = (byte)sequence;
        cache.Add(new MediaPacket { Packet = slot, Sequence = sequence, Arrival = arrival });
        _pool.Release(slot, PacketOwner.Engine);
    }
}
