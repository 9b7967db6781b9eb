using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Tests.Ice;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class StreamRewriterTests
{
    private const int ClockRate = 90_000;
    private static readonly Instant Start = new(TimeSpan.FromHours(1).Ticks);

    [Fact]
    public void The_first_number_is_below_half_of_the_range()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var rewriter = new StreamRewriter(ClockRate, new SeededRandomSource(seed));
            rewriter.Begin(0x1_ffff, 5, Start);
            Assert.True(rewriter.TryRewrite(0x1_ffff, 5, Start, out ushort sequence, out _));
            Assert.True(sequence <= 0x8000);
        }
    }

    [Fact]
    public void Within_a_source_numbers_and_timestamps_move_as_the_sources_do()
    {
        StreamRewriter rewriter = Begin(70_000, 0xffff_ff00, out ushort sequence, out uint timestamp);
        for (int i = 1; i < 200_000; i += 7)
        {
            Assert.True(rewriter.TryRewrite(70_000 + i, 0xffff_ff00u + (uint)(i * 3), Start, out ushort next, out uint time));
            Assert.Equal((ushort)(sequence + i), next);
            Assert.Equal(timestamp + (uint)(i * 3), time);
            Assert.True(rewriter.TryFindSource(next, out long source));
            Assert.Equal(70_000 + i, source);
        }
    }

    [Fact]
    public void A_late_packet_keeps_its_number_and_one_before_the_first_has_none()
    {
        StreamRewriter rewriter = Begin(70_000, 1000, out ushort sequence, out uint timestamp);
        rewriter.TryRewrite(70_005, 1500, Start, out _, out _);
        Assert.True(rewriter.TryRewrite(70_002, 1200, Start, out ushort late, out uint lateTime));
        Assert.Equal((ushort)(sequence + 2), late);
        Assert.Equal(timestamp + 200, lateTime);
        Assert.False(rewriter.TryRewrite(69_999, 900, Start, out _, out _));
    }

    [Fact]
    public void The_next_source_goes_on_where_the_last_one_ended()
    {
        StreamRewriter rewriter = Begin(70_000, 1000, out ushort sequence, out uint timestamp);
        rewriter.TryRewrite(70_004, 5000, Start, out _, out _);
        // A late packet must not set back where the next source begins.
        rewriter.TryRewrite(70_001, 2000, Start + TimeSpan.FromMilliseconds(1), out _, out _);
        Instant later = Start + TimeSpan.FromMilliseconds(500);
        rewriter.Begin(65_537, 77, later);
        Assert.True(rewriter.TryRewrite(65_537, 77, later, out ushort next, out uint time));
        Assert.Equal((ushort)(sequence + 5), next);
        Assert.Equal(timestamp + 4000 + 45_000, time);
        Assert.Equal(time - 77, rewriter.TimestampShift);
        Assert.Equal(time + 9000, rewriter.TimestampAt(later + TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public void Two_sources_in_one_moment_do_not_share_a_timestamp()
    {
        StreamRewriter rewriter = Begin(70_000, 1000, out _, out uint timestamp);
        rewriter.Begin(80_000, 5, Start);
        rewriter.TryRewrite(80_000, 5, Start, out _, out uint next);
        Assert.Equal(timestamp + 1, next);
    }

    [Fact]
    public void A_number_of_an_earlier_source_or_of_the_future_is_not_found()
    {
        StreamRewriter rewriter = Begin(70_000, 1000, out ushort first, out _);
        rewriter.TryRewrite(70_009, 1000, Start, out _, out _);
        rewriter.Begin(90_000, 5, Start);
        Assert.False(rewriter.TryFindSource((ushort)(first + 9), out _));
        rewriter.TryRewrite(90_000, 5, Start, out ushort begun, out _);
        Assert.True(rewriter.TryFindSource(begun, out long source));
        Assert.Equal(90_000, source);
        Assert.False(rewriter.TryFindSource((ushort)(begun - 1), out _));
        Assert.False(rewriter.TryFindSource((ushort)(begun + 1), out _));
        Assert.False(rewriter.TryFindSource((ushort)(begun + 0x8000), out _));
    }

    [Fact]
    public void Before_anything_was_sent_nothing_is_found()
    {
        var rewriter = new StreamRewriter(ClockRate, new SeededRandomSource(1));
        for (int sequence = 0; sequence < 65_536; sequence++)
        {
            Assert.False(rewriter.TryFindSource((ushort)sequence, out _));
        }

        Assert.Equal(rewriter.TimestampAt(Start), rewriter.TimestampAt(Start + TimeSpan.FromSeconds(1)));
    }

    private static StreamRewriter Begin(long sequence, uint timestamp, out ushort outSequence, out uint outTimestamp)
    {
        var rewriter = new StreamRewriter(ClockRate, new SeededRandomSource(1));
        rewriter.Begin(sequence, timestamp, Start);
        Assert.True(rewriter.TryRewrite(sequence, timestamp, Start, out outSequence, out outTimestamp));
        return rewriter;
    }
}
