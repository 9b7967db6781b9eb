using Relay.Core.Buffers;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class NackGeneratorTests
{
    private readonly SharedArrays<MissingPacket> _lists = new(NackGenerator.MissingMax, 1);
    private readonly NackGenerator _nacks;
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    public NackGeneratorTests() => _nacks = new NackGenerator(_lists);

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
        Assert.Equal([0xfffe, 0xffff, 0, 1], due);
    }

    [Fact]
    public void What_arrives_is_not_asked_for()
    {
        _nacks.HandleGap(10, 14, _now);
        Assert.True(_nacks.IsMissing(12));
        _nacks.HandleArrival(12, isRecovered: false, _now);
        _nacks.HandleArrival(99, isRecovered: false, _now);
        Assert.False(_nacks.IsMissing(12));
        Assert.False(_nacks.IsMissing(99));
        Assert.Equal([11, 13], Collect(Milli(5)));
        _nacks.HandleArrival(11, isRecovered: true, _now);
        _nacks.HandleArrival(13, isRecovered: true, _now);
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
        TimeSpan wait = TimeSpan.Zero;
        while (_nacks.NextTimeout != Instant.Never)
        {
            Assert.True(_nacks.NextTimeout - last >= wait, "each wait is at least as long as the one before");
            wait = _nacks.NextTimeout - last;
            last = _now = _nacks.NextTimeout;
            ushort[] due = new ushort[NackGenerator.MissingMax];
            asked += _nacks.CollectDue(due, TimeSpan.Zero, _now, out bool now);
            gaveUp |= now;
        }

        Assert.InRange(asked, 4, NackGenerator.TriesMax);
        Assert.True(gaveUp);
        Assert.Equal(0, _nacks.Count);
    }

    [Fact]
    public void A_repeated_request_waits_for_the_round_trip()
    {
        _nacks.HandleGap(10, 12, _now);
        Collect(Milli(5), Milli(40));
        Assert.Equal(_now + Milli(60), _nacks.NextTimeout);
        Collect(Milli(60), Milli(40));
        Assert.Equal(_now + Milli(90), _nacks.NextTimeout);
        // A longer round trip is waited for, a nonsensical one is not.
        Collect(Milli(90), Milli(500));
        Assert.Equal(_now + Milli(635), _nacks.NextTimeout);
        Collect(Milli(635), TimeSpan.FromHours(1));
        Assert.Equal(_now + NackGenerator.AgeMax, _nacks.NextTimeout);
    }

    [Fact]
    public void While_the_round_trip_is_unknown_a_usual_one_is_waited_for()
    {
        _nacks.HandleGap(10, 12, _now);
        Collect(Milli(5));
        Assert.Equal(_now + Milli(135), _nacks.NextTimeout);
    }

    [Fact]
    public void A_packet_past_its_age_is_given_up_and_all_that_hangs_on_it()
    {
        _nacks.HandleGap(10, 12, _now);
        Collect(Milli(5), Milli(600));
        _nacks.HandleGap(20, 30, _now + Milli(700));
        Assert.Equal(10, _nacks.Count);
        _now += NackGenerator.AgeMax;
        ushort[] due = new ushort[NackGenerator.MissingMax];
        Assert.Equal(0, _nacks.CollectDue(due, Milli(600), _now, out bool gaveUp));
        Assert.True(gaveUp);
        Assert.Equal(0, _nacks.Count);
        Assert.Equal(0, _lists.InUse);
    }

    [Fact]
    public void A_source_is_asked_for_so_many_packets_a_second()
    {
        int asked = 0;
        long highest = 0;
        Instant end = _now + TimeSpan.FromSeconds(5);
        while (_now < end)
        {
            // Everything is lost, all the time.
            if (!_nacks.HandleGap(highest, highest + 100, _now))
            {
                _nacks.HandleGap(highest, highest + 100, _now);
            }

            highest += 100;
            asked += Collect(Milli(10)).Length;
        }

        Assert.InRange(asked, 2500, NackGenerator.RequestsBurst + 2500);
    }

    [Fact]
    public void A_lost_burst_is_asked_for_in_one_go()
    {
        _nacks.HandleGap(1000, 1201, _now);
        Assert.Equal(Enumerable.Range(1001, 200).Select(n => (ushort)n), Collect(Milli(5)));
    }

    [Fact]
    public void Packets_that_overtake_each_other_are_given_more_time()
    {
        long highest = 0;
        for (int i = 0; i < 20; i++)
        {
            _nacks.HandleGap(highest, highest + 2, _now);
            _nacks.HandleArrival(highest + 1, isRecovered: false, _now + Milli(30));
            highest += 2;
        }

        _nacks.HandleGap(highest, highest + 2, _now);
        Assert.Empty(Collect(Milli(29)));
        Assert.Single(Collect(Milli(2)));
        for (int i = 0; i < 400; i++)
        {
            _nacks.HandleArrival(highest + 1, isRecovered: true, _now);
            highest += 2;
            _nacks.HandleGap(highest, highest + 2, _now);
        }

        Assert.Single(Collect(Milli(6)));
    }

    [Fact]
    public void A_stream_without_gaps_holds_no_list_and_without_a_list_a_keyframe_repairs()
    {
        var other = new NackGenerator(_lists);
        Assert.True(_nacks.HandleGap(10, 12, _now));
        Assert.Equal(1, _lists.InUse);
        Assert.False(other.HandleGap(10, 12, _now));
        _nacks.HandleArrival(11, isRecovered: true, _now);
        Assert.Equal(0, _lists.InUse);
        Assert.True(other.HandleGap(20, 22, _now));
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
