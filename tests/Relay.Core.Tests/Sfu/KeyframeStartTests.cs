using Relay.Core.Diagnostics;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

/// <summary>Where forwarding begins when the packets of a keyframe come in any order.</summary>
public sealed class KeyframeStartTests : IDisposable
{
    private static readonly byte[] Sps = [0x67, 1, 2];
    private static readonly byte[] Pps = [0x68, 1];
    private static readonly byte[] IdrStart = [0x7c, 0x85, 0x88, 1];
    private static readonly byte[] IdrEnd = [0x7c, 0x45, 1, 2];
    private static readonly byte[] Slice = [0x41, 0x9a, 1];

    private readonly SfuNetwork _network = new();
    private readonly SfuLeg _a;
    private readonly SfuLeg _b;

    public KeyframeStartTests()
    {
        _a = _network.AddLeg();
        _b = _network.AddLeg();
        Router.Connect(_a.Session, _b.Session, withVideo: true);
    }

    public void Dispose() => _network.Dispose();

    [Fact]
    public void A_keyframe_whose_packets_are_reordered_goes_out_whole_and_in_order()
    {
        Assert.Equal(DropReason.WaitingForKeyframe, Send(10, 1, Slice));
        Assert.Equal(DropReason.WaitingForKeyframe, Send(13, 2, IdrStart));
        Assert.Equal(DropReason.WaitingForKeyframe, Send(14, 2, IdrEnd));
        Assert.Equal(DropReason.WaitingForKeyframe, Send(12, 2, Pps));
        Assert.Equal(DropReason.None, Send(11, 2, Sps));
        AssertConsecutive(4);
        Assert.Equal(DropReason.None, Send(15, 3, Slice));
        AssertConsecutive(5);
    }

    [Fact]
    public void A_slice_without_its_parameter_sets_starts_nothing()
    {
        Send(10, 1, Slice);
        Assert.Equal(DropReason.WaitingForKeyframe, Send(12, 2, Pps));
        Assert.Equal(DropReason.WaitingForKeyframe, Send(13, 2, IdrStart));
        Assert.Equal(DropReason.WaitingForKeyframe, Send(14, 3, Slice));
        Assert.Empty(_b.Rtp);
    }

    [Fact]
    public void A_slice_that_nothing_came_before_starts_its_keyframe()
    {
        Send(10, 1, Slice);
        Assert.Equal(DropReason.None, Send(11, 2, IdrStart));
        Assert.Equal(DropReason.None, Send(12, 2, IdrEnd));
        AssertConsecutive(2);
    }

    [Fact]
    public void A_slice_starts_its_keyframe_once_the_packet_before_it_turns_out_to_be_of_another_picture()
    {
        Send(10, 1, Slice);
        Assert.Equal(DropReason.WaitingForKeyframe, Send(12, 3, IdrStart));
        Assert.Equal(DropReason.WaitingForKeyframe, Send(13, 3, IdrEnd));
        Assert.Equal(DropReason.WaitingForKeyframe, Send(11, 2, Slice));
        AssertConsecutive(2);
        Send(14, 4, Slice);
        AssertConsecutive(3);
    }

    [Fact]
    public void What_is_missing_behind_the_start_comes_later_under_its_own_number()
    {
        Send(10, 1, Slice);
        Send(12, 2, Pps);
        Send(14, 2, IdrEnd);
        Send(11, 2, Sps);
        List<ushort> sent = _b.Sequences(SfuLeg.H264);
        Assert.Equal([0, 1, 3], sent.Select(s => s - sent[0]));
        Assert.Equal(DropReason.None, Send(13, 2, IdrStart));
        Assert.Equal((ushort)(sent[0] + 2), _b.Sequences(SfuLeg.H264)[^1]);
    }

    [Fact]
    public void A_vp8_keyframe_whose_first_packet_was_lost_goes_out_when_it_comes_again()
    {
        Assert.Equal(DropReason.WaitingForKeyframe, _a.SendVideo(10));
        Assert.Equal(DropReason.WaitingForKeyframe, _a.SendVideo(12));
        Assert.Equal(DropReason.WaitingForKeyframe, _a.SendVideo(13));
        _network.Run(20);
        Assert.Equal(DropReason.None, _a.SendRtx(1, 11, keyframe: true));
        List<ushort> sent = _b.Sequences(SfuLeg.Vp8);
        Assert.Equal([0, 1, 2], sent.Select(s => s - sent[0]));
        Assert.Equal(1, _a.CountKeyframeRequests());
        // Each went out once; asked for again, it comes as a retransmission.
        _b.SendNack(sent[1]);
        Assert.Single(_b.Sequences(SfuLeg.Rtx));
    }

    private DropReason Send(ushort sequence, uint picture, byte[] payload) =>
        _a.Send(SfuLeg.H264, _a.VideoSsrc, sequence, picture * 3000, payload);

    private void AssertConsecutive(int count)
    {
        List<ushort> sent = _b.Sequences(SfuLeg.H264);
        Assert.Equal(Enumerable.Range(sent[0], count), sent.Select(s => (int)s));
    }
}
