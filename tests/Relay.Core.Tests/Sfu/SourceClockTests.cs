using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class SourceClockTests
{
    private static readonly Instant Start = new(TimeSpan.FromHours(1).Ticks);

    [Fact]
    public void A_timestamp_is_reckoned_from_the_last_report_in_both_directions_and_across_the_wrap()
    {
        var clock = new SourceClock(90_000);
        Assert.False(clock.IsKnown);
        var ntp = new NtpTimestamp((1000UL << 32) | 0x8000_0000);
        clock.HandleSenderReport(ntp, 0xffff_0000);
        Assert.True(clock.IsKnown);
        Assert.Equal(0xffff_0000u, clock.TimestampAt(ntp));
        Assert.Equal(unchecked(0xffff_0000u + 900_000), clock.TimestampAt(new NtpTimestamp(ntp.Value + (10UL << 32))));
        Assert.Equal(unchecked(0xffff_0000u - 45_000), clock.TimestampAt(new NtpTimestamp(ntp.Value - 0x8000_0000)));
        Assert.Equal(unchecked(0xffff_0000u + (90_000u * 1_000_000u)), clock.TimestampAt(new NtpTimestamp(ntp.Value + (1_000_000UL << 32))));
    }

    [Fact]
    public void A_new_report_replaces_the_old_one()
    {
        var clock = new SourceClock(48_000);
        clock.HandleSenderReport(new NtpTimestamp(1UL << 32), 1);
        clock.HandleSenderReport(new NtpTimestamp(2UL << 32), 7);
        Assert.Equal(7u + 24_000, clock.TimestampAt(new NtpTimestamp((2UL << 32) + 0x8000_0000)));
    }

    [Fact]
    public void Jitter_of_reports_does_not_move_the_wall_clock()
    {
        var offset = default(WallClockOffset);
        NtpTimestamp sender = Later(NtpTimestamp.FromInstant(Start), 5000);
        offset.HandleSenderReport(sender, Start);
        Assert.Equal(sender, offset.ToSender(NtpTimestamp.FromInstant(Start)));
        // 300 ms late, then 300 ms early.
        offset.HandleSenderReport(sender, Start + TimeSpan.FromMilliseconds(300));
        offset.HandleSenderReport(sender, Start - TimeSpan.FromMilliseconds(300));
        Assert.Equal(sender, offset.ToSender(NtpTimestamp.FromInstant(Start)));
    }

    [Theory]
    [InlineData(1_100)]
    [InlineData(-1_100)]
    [InlineData(86_400_000)]
    [InlineData(-86_400_000)]
    public void A_clock_that_was_set_is_followed(int milliseconds)
    {
        var offset = default(WallClockOffset);
        NtpTimestamp relay = NtpTimestamp.FromInstant(Start);
        NtpTimestamp sender = Later(relay, 1_000_000_000);
        offset.HandleSenderReport(sender, Start);
        NtpTimestamp stepped = Later(sender, milliseconds);
        offset.HandleSenderReport(stepped, Start);
        Assert.Equal(stepped, offset.ToSender(relay));
    }

    private static NtpTimestamp Later(NtpTimestamp ntp, long milliseconds) =>
        new(ntp.Value + (ulong)((Int128)milliseconds * (1L << 32) / 1000));
}
