using Relay.Core.Buffers;
using Xunit;

namespace Relay.Core.Tests.Buffers;

public sealed class PacketPoolTests
{
    private readonly PacketPool _pool = new(4, isChecked: true);

    [Fact]
    public void Every_slot_can_be_rented_once_and_then_the_pool_is_exhausted()
    {
        HashSet<int> slots = [];
        for (int i = 0; i < 4; i++)
        {
            Assert.True(_pool.TryRent(PacketOwner.Engine, out PacketHandle packet));
            Assert.False(packet.IsNone);
            Assert.True(slots.Add(packet.Slot));
        }

        Assert.Equal(0, _pool.FreeCount);
        Assert.Equal(4, _pool.InUse);
        Assert.False(_pool.TryRent(PacketOwner.Engine, out PacketHandle none));
        Assert.True(none.IsNone);
    }

    [Fact]
    public void A_released_slot_is_rented_again_under_another_handle()
    {
        PacketHandle first = Rent();
        _pool.Release(first, PacketOwner.Engine);
        PacketHandle second = Rent();
        Assert.Equal(first.Slot, second.Slot);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void The_last_holder_frees_the_slot()
    {
        PacketHandle packet = Rent();
        _pool.Retain(packet, PacketOwner.RetransmissionCache);
        _pool.Release(packet, PacketOwner.Engine);
        Assert.Equal(1, _pool.InUse);
        _pool.Slot(packet)[0] = 1;
        _pool.Release(packet, PacketOwner.RetransmissionCache);
        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void A_leak_is_named_by_its_owner()
    {
        PacketHandle packet = Rent();
        _pool.Retain(packet, PacketOwner.Tap);
        Assert.Equal(0, _pool.CountHeldBy(PacketOwner.Transmit));
        Assert.Equal(1, _pool.CountHeldBy(PacketOwner.Engine));
        Assert.Equal(1, _pool.CountHeldBy(PacketOwner.Tap));
        _pool.Release(packet, PacketOwner.Engine);
        Assert.Equal(1, _pool.CountHeldBy(PacketOwner.Tap));
    }

    [Fact]
    public unsafe void Use_after_release_is_caught_however_it_is_tried()
    {
        PacketHandle packet = Rent();
        _pool.Release(packet, PacketOwner.Engine);
        Assert.Throws<InvalidOperationException>(() => _pool.Slot(packet).Length);
        Assert.Throws<InvalidOperationException>(() => _pool.Span(packet, 0, 1).Length);
        Assert.Throws<InvalidOperationException>(() => _pool.Pointer(packet) == null);
        Assert.Throws<InvalidOperationException>(() => _pool.Retain(packet, PacketOwner.Tap));
        Assert.Throws<InvalidOperationException>(() => _pool.Release(packet, PacketOwner.Engine));
        Assert.Equal(4, _pool.FreeCount);
    }

    [Fact]
    public void Use_after_release_is_caught_in_the_unchecked_pool_too()
    {
        var pool = new PacketPool(1);
        Assert.True(pool.TryRent(PacketOwner.Engine, out PacketHandle packet));
        pool.Release(packet, PacketOwner.Engine);
        Assert.False(pool.IsChecked);
        Assert.Throws<InvalidOperationException>(() => pool.Release(packet, PacketOwner.Engine));
        Assert.Throws<InvalidOperationException>(() => pool.Slot(packet).Length);
        Assert.Equal(0, pool.CountHeldBy(PacketOwner.Engine));
    }

    [Fact]
    public void A_write_after_release_is_caught_when_the_slot_is_rented_again()
    {
        PacketHandle packet = Rent();
        Span<byte> kept = _pool.Slot(packet);
        _pool.Release(packet, PacketOwner.Engine);
        kept[^1] = 1;
        Assert.Throws<InvalidOperationException>(() => Rent());
    }

    [Fact]
    public void A_release_by_somebody_who_does_not_hold_it_is_caught()
    {
        PacketHandle packet = Rent();
        Assert.Throws<InvalidOperationException>(() => _pool.Release(packet, PacketOwner.Tap));
    }

    [Theory]
    [InlineData(-1, 1u)]
    [InlineData(4, 1u)]
    [InlineData(0, 0u)]
    [InlineData(int.MaxValue, 1u)]
    public void A_handle_that_the_pool_never_gave_is_caught(int slot, uint generation)
    {
        Assert.Throws<InvalidOperationException>(() => _pool.Slot(new PacketHandle(slot, generation)).Length);
    }

    [Fact]
    public unsafe void Pointer_and_span_are_the_same_bytes_and_slots_do_not_overlap()
    {
        for (int i = 0; i < 4; i++)
        {
            PacketHandle packet = Rent();
            Span<byte> slot = _pool.Slot(packet);
            Assert.Equal(PacketPool.SlotBytes, slot.Length);
            slot.Fill((byte)packet.Slot);
            byte* pointer = _pool.Pointer(packet);
            Assert.Equal((byte)packet.Slot, pointer[0]);
            pointer[PacketPool.SlotBytes - 1] = 0xee;
            Assert.Equal(0xee, slot[^1]);
            Assert.Equal(0xee, _pool.Span(packet, PacketPool.SlotBytes - 1, 1)[0]);
            slot[^1] = (byte)packet.Slot;
        }

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(PacketPool.SlotBytes, _pool.Slot(new PacketHandle(i, 1)).Count((byte)i));
        }
    }

    [Fact]
    public void A_span_stays_within_its_slot()
    {
        PacketHandle packet = Rent();
        Assert.Throws<ArgumentOutOfRangeException>(() => _pool.Span(packet, PacketPool.SlotBytes, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => _pool.Span(packet, 0, PacketPool.SlotBytes + 1).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_001)]
    public void The_size_of_a_pool_has_limits(int slots)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PacketPool(slots));
    }

    [Fact]
    public void Renting_and_releasing_allocates_nothing()
    {
        RentAndRelease(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RentAndRelease(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void RentAndRelease(int times)
    {
        for (int i = 0; i < times; i++)
        {
            PacketHandle packet = Rent();
            _pool.Retain(packet, PacketOwner.Tap);
            _pool.Release(packet, PacketOwner.Tap);
            _pool.Release(packet, PacketOwner.Engine);
        }
    }

    private PacketHandle Rent()
    {
        Assert.True(_pool.TryRent(PacketOwner.Engine, out PacketHandle packet));
        return packet;
    }
}
