using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp;

public class ReceptionStatisticsTests
{
    private const uint Ssrc = 0xA0A1A2A3;

    [Fact]
    public void A_stream_without_loss_reports_none()
    {
        ReceptionStatistics statistics = Start();
        Assert.False(statistics.HasReceived);
        Assert.Equal(0, statistics.Expected);
        Receive(ref statistics, 100, 199);
        Assert.True(statistics.HasReceived);
        ReportBlock block = statistics.TakeReportBlock(Instant.Zero);
        Assert.Equal(new ReportBlock(Ssrc, 0, 0, 199, 0, 0, 0), block);
        Assert.Equal(100, statistics.Received);
        Assert.Equal(100, statistics.Expected);
    }

    [Fact]
    public void Loss_is_counted_for_the_interval_and_in_total()
    {
        ReceptionStatistics statistics = Start();
        Receive(ref statistics, 0, 49);
        Receive(ref statistics, 75, 99);
        ReportBlock first = statistics.TakeReportBlock(Instant.Zero);
        Assert.Equal(25 * 256 / 100, first.FractionLost);
        Assert.Equal(25, first.CumulativeLost);

        Receive(ref statistics, 100, 199);
        ReportBlock second = statistics.TakeReportBlock(Instant.Zero);
        Assert.Equal(0, second.FractionLost);
        Assert.Equal(25, second.CumulativeLost);

        // No packet since: nothing was expected.
        Assert.Equal(0, statistics.TakeReportBlock(Instant.Zero).FractionLost);
    }

    [Fact]
    public void A_reordered_packet_is_received_and_not_lost()
    {
        ReceptionStatistics statistics = Start();
        foreach (ushort number in new ushort[] { 10, 12, 11, 13 })
        {
            Assert.True(statistics.Update(number, 0, Instant.Zero));
        }

        Assert.Equal(0, statistics.CumulativeLost);
        Assert.Equal(13u, statistics.ExtendedHighestSequence);
    }

    [Fact]
    public void Duplicates_make_the_loss_negative_and_the_fraction_zero()
    {
        ReceptionStatistics statistics = Start();
        Receive(ref statistics, 0, 9);
        Receive(ref statistics, 5, 9);
        ReportBlock block = statistics.TakeReportBlock(Instant.Zero);
        Assert.Equal(-5, block.CumulativeLost);
        Assert.Equal(0, block.FractionLost);
    }

    [Fact]
    public void The_sequence_wrap_counts_a_cycle_and_no_loss()
    {
        ReceptionStatistics statistics = Start();
        for (int i = 65_530; i <= 65_536 * 2 + 5; i++)
        {
            Assert.True(statistics.Update((ushort)i, 0, Instant.Zero));
        }

        Assert.Equal(65_536u * 2 + 5, statistics.ExtendedHighestSequence);
        Assert.Equal(0, statistics.CumulativeLost);
        Assert.Equal(65_536 * 2 + 5 - 65_530 + 1, statistics.Expected);
    }

    [Fact]
    public void Loss_and_reordering_across_the_wrap_are_counted_right()
    {
        ReceptionStatistics statistics = Start();
        foreach (ushort number in new ushort[] { 65_533, 65_534, 1, 65_535, 2 })
        {
            Assert.True(statistics.Update(number, 0, Instant.Zero));
        }

        Assert.Equal(65_536u + 2, statistics.ExtendedHighestSequence);
        Assert.Equal(1, statistics.CumulativeLost);
    }

    [Fact]
    public void One_wild_jump_is_ignored()
    {
        ReceptionStatistics statistics = Start();
        Receive(ref statistics, 0, 9);
        Assert.False(statistics.Update(20_000, 0, Instant.Zero));
        Assert.True(statistics.Update(10, 0, Instant.Zero));
        Assert.Equal(10u, statistics.ExtendedHighestSequence);
        Assert.Equal(0, statistics.CumulativeLost);
    }

    [Fact]
    public void Two_packets_in_a_row_after_a_jump_start_over()
    {
        ReceptionStatistics statistics = Start();
        Receive(ref statistics, 0, 9);
        Assert.False(statistics.Update(20_000, 0, Instant.Zero));
        Assert.True(statistics.Update(20_001, 0, Instant.Zero));
        Assert.Equal(20_001u, statistics.ExtendedHighestSequence);
        Assert.Equal(1, statistics.Expected);
        Assert.Equal(0, statistics.TakeReportBlock(Instant.Zero).CumulativeLost);
    }

    [Fact]
    public void The_largest_gap_that_is_believed_at_once_is_one_less_than_the_limit()
    {
        ReceptionStatistics statistics = Start();
        Receive(ref statistics, 0, 0);
        Assert.True(statistics.Update(ReceptionStatistics.DropoutMax - 1, 0, Instant.Zero));
        Assert.False(statistics.Update(2 * ReceptionStatistics.DropoutMax - 1, 0, Instant.Zero));
    }

    [Fact]
    public void The_latest_packet_that_is_believed_at_once_is_one_less_than_the_limit()
    {
        ReceptionStatistics statistics = Start();
        Receive(ref statistics, 1000, 1000);
        Assert.True(statistics.Update(1000 - ReceptionStatistics.MisorderMax + 1, 0, Instant.Zero));
        Assert.False(statistics.Update(1000 - ReceptionStatistics.MisorderMax, 0, Instant.Zero));
        Assert.Equal(1000u, statistics.ExtendedHighestSequence);
    }

    [Fact]
    public void A_nearly_total_loss_saturates_the_fraction()
    {
        ReceptionStatistics statistics = Start();
        Receive(ref statistics, 0, 0);
        statistics.TakeReportBlock(Instant.Zero);
        Assert.True(statistics.Update(2900, 0, Instant.Zero));
        Assert.Equal(255, statistics.TakeReportBlock(Instant.Zero).FractionLost);
    }

    [Fact]
    public void The_last_sender_report_and_its_age_are_in_the_block()
    {
        ReceptionStatistics statistics = Start();
        Receive(ref statistics, 1, 1);
        statistics.HandleSenderReport(new NtpTimestamp(0xB44D_B705_2000_0000UL), At(1_000));
        ReportBlock block = statistics.TakeReportBlock(At(6_250));
        Assert.Equal(0xB705_2000u, block.LastSr);
        Assert.Equal(0x0005_4000u, block.DelaySinceLastSr);
    }

    [Fact]
    public void Jitter_is_in_the_block()
    {
        ReceptionStatistics statistics = Start();
        statistics.Update(1, 0, At(0));
        statistics.Update(2, 900, At(20));
        Assert.Equal(900u / 16, statistics.TakeReportBlock(At(20)).Jitter);
    }

    [Fact]
    public void It_works_inside_an_array()
    {
        var streams = new ReceptionStatistics[] { new(1, 90_000), new(2, 48_000) };
        ref ReceptionStatistics second = ref streams[1];
        second.Update(7, 0, Instant.Zero);
        Assert.True(streams[1].HasReceived);
        Assert.False(streams[0].HasReceived);
        Assert.Equal(2u, streams[1].TakeReportBlock(Instant.Zero).Ssrc);
    }

    [Fact]
    public void Any_sequence_of_packets_gives_a_valid_block()
    {
        var random = new Random(3550);
        ReceptionStatistics statistics = Start();
        for (int i = 0; i < 100_000; i++)
        {
            ushort number = random.Next(3) == 0
                ? (ushort)random.Next(65_536)
                : (ushort)(statistics.ExtendedHighestSequence + random.Next(-150, 3_100));
            statistics.Update(number, (uint)random.NextInt64(1L << 32), new Instant(i * 1_000L));
            if (i % 10 == 0)
            {
                ReportBlock block = statistics.TakeReportBlock(new Instant(i * 1_000L));
                Assert.InRange(block.CumulativeLost, ReportBlock.CumulativeLostMin, ReportBlock.CumulativeLostMax);
            }
        }
    }

    [Fact]
    public void Counting_and_reporting_allocate_nothing()
    {
        var streams = new ReceptionStatistics[] { new(1, 90_000) };
        ushort number = 0;
        Assert.Equal(0, WireFuzz.AllocatedBytes(() =>
        {
            streams[0].Update(number++, 0, Instant.Zero);
            streams[0].TakeReportBlock(Instant.Zero);
        }));
    }

    private static ReceptionStatistics Start() => new(Ssrc, clockRateHz: 90_000);

    private static void Receive(ref ReceptionStatistics statistics, int from, int to)
    {
        for (int number = from; number <= to; number++)
        {
            Assert.True(statistics.Update((ushort)number, 0, Instant.Zero));
        }
    }

    private static Instant At(int milliseconds) => new(milliseconds * TimeSpan.TicksPerMillisecond);
}
