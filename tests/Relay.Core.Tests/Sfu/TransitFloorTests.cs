using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class TransitFloorTests
{
    private const int ClockRate = 90_000;
    private const int FrameMilliseconds = 33;
    private static readonly Instant Start = new(TimeSpan.FromHours(3).Ticks);

    private TransitFloor _floor = new(ClockRate);

    [Fact]
    public void A_steady_source_is_never_late()
    {
        for (int frame = 0; frame < 1000; frame++)
        {
            Assert.Equal(TimeSpan.Zero, Arrive(frame, extraMilliseconds: 0));
        }
    }

    [Fact]
    public void A_slow_keyframe_is_late_by_what_it_took_longer()
    {
        for (int frame = 0; frame < 30; frame++)
        {
            Arrive(frame, extraMilliseconds: frame % 3);
        }

        Assert.Equal(TimeSpan.FromMilliseconds(120), Arrive(30, extraMilliseconds: 120));
        Assert.Equal(TimeSpan.FromMilliseconds(1), Arrive(31, extraMilliseconds: 1));
    }

    [Fact]
    public void A_first_slow_packet_is_forgotten_once_faster_ones_come()
    {
        Assert.Equal(TimeSpan.Zero, Arrive(0, extraMilliseconds: 200));
        Assert.Equal(TimeSpan.Zero, Arrive(1, extraMilliseconds: 5));
        Assert.Equal(TimeSpan.FromMilliseconds(45), Arrive(2, extraMilliseconds: 50));
    }

    [Fact]
    public void A_longer_route_counts_as_late_for_four_seconds_at_most()
    {
        const int FramesInFourSeconds = 4000 / FrameMilliseconds;
        for (int frame = 0; frame < 30; frame++)
        {
            Arrive(frame, extraMilliseconds: 0);
        }

        Assert.Equal(TimeSpan.FromMilliseconds(80), Arrive(30, extraMilliseconds: 80));
        TimeSpan lateness = default;
        for (int frame = 31; frame < 34 + FramesInFourSeconds; frame++)
        {
            lateness = Arrive(frame, extraMilliseconds: 80);
        }

        Assert.Equal(TimeSpan.Zero, lateness);
    }

    [Fact]
    public void A_source_that_stood_still_is_not_late_by_its_pause()
    {
        Arrive(0, extraMilliseconds: 0);
        TimeSpan lateness = Arrive(1, extraMilliseconds: 60_000);
        Assert.Equal(TimeSpan.Zero, lateness);
        Assert.Equal(TimeSpan.Zero, Arrive(2, extraMilliseconds: 60_000));
    }

    [Fact]
    public void Lateness_has_an_upper_bound()
    {
        Arrive(0, extraMilliseconds: 0);
        Assert.Equal(TimeSpan.FromMilliseconds(500), Arrive(1, extraMilliseconds: 1900));
    }

    [Fact]
    public void Timestamps_may_wrap_and_packets_may_come_out_of_order()
    {
        uint timestamp = uint.MaxValue - 1000;
        Instant now = Start;
        for (int frame = 0; frame < 100; frame++)
        {
            Assert.Equal(TimeSpan.Zero, _floor.HandleArrival(timestamp, now));
            timestamp = unchecked(timestamp + 3000);
            now += TimeSpan.FromTicks(3000 * TimeSpan.TicksPerSecond / ClockRate);
        }

        TimeSpan late = _floor.HandleArrival(unchecked(timestamp - 6000), now);
        Assert.InRange(late.TotalMilliseconds, 66, 67);
        Assert.InRange(_floor.HandleArrival(timestamp, now).TotalMilliseconds, 0, 0.1);
    }

    private TimeSpan Arrive(int frame, int extraMilliseconds) => _floor.HandleArrival(
        (uint)((long)frame * FrameMilliseconds * ClockRate / 1000),
        Start + TimeSpan.FromMilliseconds((frame * FrameMilliseconds) + extraMilliseconds));
}
