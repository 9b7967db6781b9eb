using Relay.Core.Engine;
using Relay.Core.Sfu;
using Relay.Core.Tests.Ice;
using Relay.Core.Tests.Sfu;
using Xunit;

namespace Relay.Core.Tests.Engine;

public sealed class SsrcTableTests : IDisposable
{
    private readonly SfuNetwork _network = new();
    private readonly SsrcTable _table = new(2, new SeededRandomSource(1));

    public void Dispose() => _network.Dispose();

    [Fact]
    public void Each_declared_ssrc_leads_to_the_leg_until_it_is_removed()
    {
        SfuLeg leg = _network.AddLeg();
        Assert.True(_table.TryAdd(leg.Session));
        Assert.Equal(3, _table.Count);
        foreach (uint ssrc in new[] { leg.AudioSsrc, leg.VideoSsrc, leg.RtxSsrc })
        {
            Assert.True(_table.TryGet(DatagramKind.Rtp, Rtp(ssrc), out int slot));
            Assert.Equal(leg.Session.Slot, slot);
            Assert.True(_table.TryGet(DatagramKind.Rtcp, Rtp(0, sender: ssrc), out slot));
            Assert.Equal(leg.Session.Slot, slot);
        }

        Assert.False(_table.TryGet(DatagramKind.Rtp, Rtp(77), out _));
        _table.Remove(leg.Session);
        Assert.Equal(0, _table.Count);
        Assert.False(_table.TryGet(DatagramKind.Rtp, Rtp(leg.AudioSsrc), out _));
    }

    [Fact]
    public void A_section_that_is_not_there_takes_no_room()
    {
        Assert.True(_table.TryAdd(_network.AddLeg(hasVideo: false).Session));
        Assert.Equal(1, _table.Count);
        Assert.False(_table.TryGet(DatagramKind.Rtp, Rtp(0), out _));
    }

    [Fact]
    public void An_ssrc_of_another_leg_is_not_taken_away_and_nothing_is_left_behind()
    {
        SfuLeg first = _network.AddLeg();
        Assert.True(_table.TryAdd(first.Session));
        var audio = new MediaParameters { RemoteSsrc = 99 };
        var video = new MediaParameters { RemoteSsrc = first.AudioSsrc };
        var second = new RtpSession(_network.Context, 6, audio, video, default);
        Assert.False(_table.TryAdd(second));
        Assert.Equal(3, _table.Count);
        Assert.True(_table.TryGet(DatagramKind.Rtp, Rtp(first.AudioSsrc), out int slot));
        Assert.Equal(first.Session.Slot, slot);
        _table.Remove(second);
        Assert.Equal(3, _table.Count);
    }

    [Fact]
    public void It_is_bounded()
    {
        Assert.True(_table.TryAdd(_network.AddLeg().Session));
        Assert.True(_table.TryAdd(_network.AddLeg().Session));
        Assert.False(_table.TryAdd(_network.AddLeg().Session));
        Assert.Equal(2 * SsrcTable.SsrcsPerLeg, _table.Count);
    }

    [Theory]
    [InlineData(DatagramKind.Rtp, 11)]
    [InlineData(DatagramKind.Rtcp, 7)]
    public void A_packet_without_an_ssrc_belongs_to_nobody(DatagramKind kind, int length) =>
        Assert.False(_table.TryGet(kind, new byte[length], out _));

    private static byte[] Rtp(uint ssrc, uint sender = 0) =>
    [
        0x80, 111, 0, 1,
        (byte)(sender >> 24), (byte)(sender >> 16), (byte)(sender >> 8), (byte)sender,
        (byte)(ssrc >> 24), (byte)(ssrc >> 16), (byte)(ssrc >> 8), (byte)ssrc,
    ];
}
