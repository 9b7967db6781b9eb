using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class RtpSessionTests : IDisposable
{
    private readonly SfuNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Fact]
    public void Before_there_are_keys_nothing_is_taken_and_no_timer_runs()
    {
        SfuLeg leg = _network.AddLeg(withKeys: false);
        Assert.Equal(DropReason.SrtpNoKeys, leg.SendAudio(1));
        Assert.Equal(DropReason.SrtpNoKeys, leg.SendRtcp([0x80, 201, 0, 1, 0, 0, 0, 1]));
        Assert.False(leg.Session.CanSend);
        Assert.Equal(Instant.Never, leg.Session.NextTimeout);
        leg.GiveKeys();
        Assert.False(leg.Session.CanSend);
        leg.Session.Remote = leg.Address;
        Assert.True(leg.Session.CanSend);
        Assert.Equal(DropReason.NoPartner, leg.SendAudio(2));
    }

    [Fact]
    public void To_seal_without_keys_is_a_bug()
    {
        SfuLeg leg = _network.AddLeg(withKeys: false);
        Assert.Throws<InvalidOperationException>(() => leg.Session.TrySeal([], [], [], [], out _));
        Assert.Throws<InvalidOperationException>(() => leg.Session.TrySealRtcp([], 0, out _));
    }

    [Fact]
    public void After_its_end_a_session_takes_nothing_and_holds_nothing()
    {
        SfuLeg a = _network.AddLeg();
        SfuLeg b = _network.AddLeg();
        Router.Connect(a.Session, b.Session, withVideo: true);
        a.SendVideo(1, keyframe: true);
        a.Session.Close();
        Assert.Equal(0, _network.Pool.InUse);
        Assert.Null(b.Session.Partner);
        Assert.Equal(DropReason.SrtpNoKeys, a.SendVideo(2));
        Assert.Equal(Instant.Never, a.Session.NextTimeout);
        _network.Context.Touch(a.Session);
        _network.Settle();
        a.Session.Close();
    }

    [Fact]
    public void A_stream_that_was_not_negotiated_is_dropped()
    {
        SfuLeg leg = _network.AddLeg();
        Assert.Equal(DropReason.RtpUnknownStream, leg.Send(50, 0x999, 1, 1, [1]));
        Assert.Equal(DropReason.RtpUnknownPayloadType, leg.Send(50, leg.AudioSsrc, 1, 1, [1]));
    }

    [Fact]
    public void A_retransmission_becomes_the_packet_that_was_lost()
    {
        SfuLeg a = _network.AddLeg();
        SfuLeg b = _network.AddLeg();
        Router.Connect(a.Session, b.Session, withVideo: true);
        a.SendVideo(10, keyframe: true);
        a.SendVideo(12);
        Assert.Equal(DropReason.None, a.SendRtx(500, 11));
        Assert.Equal(DropReason.Duplicate, a.SendRtx(501, 11));
        Assert.Equal(DropReason.Duplicate, a.SendRtx(502, 12));
        List<ushort> sequences = b.Sequences(SfuLeg.Vp8);
        Assert.Equal([(ushort)(sequences[0] + 2), (ushort)(sequences[0] + 1)], sequences[1..]);
        Assert.Equal(1, _network.Counters.Recovered);
        // The middle packet looks as the others do: same payload, its own timestamp.
        Assert.Equal(DropReason.None, RtpPacketReader.TryParse(b.Rtp[2], out RtpPacketReader recovered));
        Assert.Equal(DropReason.None, RtpPacketReader.TryParse(b.Rtp[0], out RtpPacketReader first));
        Assert.Equal(first.Timestamp + 3000, recovered.Timestamp);
        Assert.Equal(first.PayloadLength, recovered.PayloadLength);
    }

    [Fact]
    public void A_retransmission_before_its_stream_or_without_a_number_is_dropped()
    {
        SfuLeg leg = _network.AddLeg();
        Assert.Equal(DropReason.RtxUnknownOriginal, leg.SendRtx(1, 10));
        leg.SendVideo(10, keyframe: true);
        Assert.Equal(DropReason.RtxEmpty, leg.Send(SfuLeg.Rtx, leg.RtxSsrc, 2, 1, []));
        Assert.NotEqual(DropReason.None, leg.Send(SfuLeg.Rtx, leg.RtxSsrc, 3, 1, [0]));
    }

    [Fact]
    public void Reports_come_once_in_the_interval()
    {
        SfuLeg leg = _network.AddLeg();
        _network.Run(3500);
        Assert.Equal(3, leg.Rtcp.Count);
    }
}
