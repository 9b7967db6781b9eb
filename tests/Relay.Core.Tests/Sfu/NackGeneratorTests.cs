using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class NackGeneratorTests
{
    private readonly NackGenerator _nacks = new();
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    [Fact]
    public void A_gap_is_asked_for_after_the_allowance_for_reordering()
    {
        Assert.Equal(Instant.Never, _nacks.NextTimeout);
        Assert.True(_nacks.HandleGap(10, 14, _now));
        Assert.Equal(_now + Milli(5), _nacks.NextTimeout);
        Assert.Empty(Collect(Milli(4)));
        Assert.Equal([11, 12, 13], Collect(Milli(1)));
        Assert.Empty(Collect(TimeSpan.Zero));
    }

    [Fact]
    public void Numbers_go_out_in_order_across_a_wrap_of_sixteen_bits()
    {
        _nacks.HandleGap(0x1fffd, 0x20002, _now);
        ushort[] due = Collect(Milli(5));
        Assert.Equal([0, 1, 0xfffe, 0xffff], due);
    }

    [Fact]
    public void What_arrives_is_not_asked_for()
    {
        _nacks.HandleGap(10, 14, _now);
        _nacks.HandleArrival(12);
        _nacks.HandleArrival(99);
        Assert.Equal([11, 13], Collect(Milli(5)));
        _nacks.HandleArrival(11);
        _nacks.HandleArrival(13);
        Assert.Equal(0, _nacks.Count);
        Assert.Equal(Instant.Never, _nacks.NextTimeout);
    }

    [Fact]
    public void A_keyframe_makes_what_lies_before_it_needless()
    {
        _nacks.HandleGap(10, 20, _now);
        _nacks.HandleKeyframe(15);
        Assert.Equal([15, 16, 17, 18, 19], Collect(Milli(5)));
        _nacks.HandleKeyframe(20);
        Assert.Equal(Instant.Never, _nacks.NextTimeout);
        Assert.Equal(0, _nacks.Count);
    }

    [Fact]
    public void Each_packet_is_asked_for_so_often_and_then_given_up()
    {
        _nacks.HandleGap(10, 12, _now);
        int asked = 0;
        bool gaveUp = false;
        Instant last = _now;
        while (_nacks.NextTimeout != Instant.Never)
        {
            Assert.True(_nacks.NextTimeout > last, "the timer moves on");
            last = _now = _nacks.NextTimeout;
            ushort[] due = new ushort[NackGenerator.MissingMax];
            asked += _nacks.CollectDue(due, TimeSpan.Zero, _now, out bool now);
            gaveUp |= now;
        }

        Assert.Equal(NackGenerator.TriesMax, asked);
        Assert.True(gaveUp);
        Assert.Equal(0, _nacks.Count);
    }

    [Fact]
    public void A_repeated_request_waits_for_the_round_trip()
    {
        _nacks.HandleGap(10, 12, _now);
        Collect(Milli(5), Milli(100));
        Assert.Equal(_now + Milli(145), _nacks.NextTimeout);
        Collect(Milli(145), TimeSpan.FromSeconds(10));
        Assert.Equal(_now + Milli(400), _nacks.NextTimeout);
    }

    [Fact]
    public void A_gap_that_is_too_long_is_left_to_a_keyframe()
    {
        Assert.True(_nacks.HandleGap(0, NackGenerator.MissingMax + 1, _now));
        Assert.Equal(NackGenerator.MissingMax, _nacks.Count);
        Assert.False(_nacks.HandleGap(NackGenerator.MissingMax + 1, NackGenerator.MissingMax + 3, _now));
        Assert.Equal(0, _nacks.Count);
        Assert.Equal(Instant.Never, _nacks.NextTimeout);
        Assert.False(_nacks.HandleGap(1000, 1000 + NackGenerator.MissingMax + 2, _now));
        Assert.False(_nacks.HandleGap(0, long.MaxValue, _now));
        Assert.True(_nacks.HandleGap(1000, 1002, _now));
    }

    [Fact]
    public void A_gap_of_nothing_sets_no_timer()
    {
        Assert.True(_nacks.HandleGap(10, 11, _now));
        Assert.Equal(Instant.Never, _nacks.NextTimeout);
        _nacks.HandleGap(20, 22, _now);
        _nacks.Reset();
        Assert.Equal(Instant.Never, _nacks.NextTimeout);
        Assert.Empty(Collect(Milli(500)));
    }

    private static TimeSpan Milli(int value) => TimeSpan.FromMilliseconds(value);

    private ushort[] Collect(TimeSpan later, TimeSpan roundTripTime = default)
    {
        _now += later;
        ushort[] due = new ushort[NackGenerator.MissingMax];
        int count = _nacks.CollectDue(due, roundTripTime, _now, out _);
        return due[..count];
    }
}
