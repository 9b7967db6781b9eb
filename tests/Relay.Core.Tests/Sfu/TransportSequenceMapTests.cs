using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public class TransportSequenceMapTests
{
    [Fact]
    public void Numbers_are_consecutive_over_the_wrap_and_lead_back()
    {
        var map = new TransportSequenceMap();
        for (int i = 0; i < 200_000; i++)
        {
            ushort number = map.Next;
            Assert.Equal((ushort)i, number);
            map.Add(1_000_000 + (2L * i));
            Assert.True(map.TryFind(number, out uint source));
            Assert.Equal((uint)(1_000_000 + (2 * i)), source);
        }

        Assert.True(map.TryFind((ushort)(map.Next - TransportSequenceMap.Size), out _));
        Assert.False(map.TryFind((ushort)(map.Next - TransportSequenceMap.Size - 1), out _));
    }

    [Fact]
    public void What_has_not_left_and_what_the_relay_sent_by_itself_lead_nowhere()
    {
        var map = new TransportSequenceMap();
        Assert.False(map.TryFind(0, out _));
        Assert.False(map.TryFind(0xffff, out _));
        map.Add(7);
        map.Add(TransportSequenceMap.NoSource);
        map.Add(8);
        Assert.True(map.TryFind(0, out uint first));
        Assert.False(map.TryFind(1, out _));
        Assert.True(map.TryFind(2, out uint last));
        Assert.Equal((7u, 8u), (first, last));
        Assert.False(map.TryFind(3, out _));
        Assert.False(map.TryFind(0x8000, out _));
    }

    [Fact]
    public void Another_pair_forgets_the_last_ones_packets()
    {
        var map = new TransportSequenceMap();
        map.Add(7);
        map.StartPair();
        map.Add(8);
        Assert.False(map.TryFind(0, out _));
        Assert.True(map.TryFind(1, out _));
    }

    // Thousands of legs wait and send nothing.
    [Fact]
    public void Nothing_is_allocated_for_numbers_before_the_first_packet()
    {
        const int BytesMax = 200;
        _ = new TransportSequenceMap();
        long before = GC.GetAllocatedBytesForCurrentThread();
        var map = new TransportSequenceMap();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, BytesMax);
        Assert.False(map.TryFind(0, out _));
        Assert.False(map.TryFind(0xffff, out _));
        map.Add(TransportSequenceMap.NoSource);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, TransportSequenceMap.Size, int.MaxValue);
    }
}
