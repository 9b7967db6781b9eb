using System.Net;
using Relay.Core.Dtls;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Srtp;
using Relay.Testing.Peers;
using Xunit;

namespace Relay.Host.Tests.Testing;

/// <summary>The test peer against a double that echoes its media.</summary>
public class TestPeerTests
{
    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AeadAes256Gcm)]
    [InlineData(SrtpProfile.Aes128CmSha1_80)]
    public async Task Connects_and_gets_its_own_media_back_without_a_break(SrtpProfile profile)
    {
        using var relay = new EchoRelay();
        await using TestPeer peer = await ConnectAsync(relay, new TestPeerOptions { SrtpProfiles = [profile] });
        Assert.Equal(profile, peer.SrtpProfile);
        ulong tag = peer.Identity.MediaTag;
        await peer.WaitUntilAsync(() => peer.Video!.PacketsFrom(tag) >= 40 && peer.Audio!.PacketsFrom(tag) >= 20, "echoed media");

        StreamAnalysis video = peer.Video!.Analyze();
        Assert.Empty(video.Breaks);
        Assert.Equal(0, video.LostPackets);
        Assert.Equal(0, video.LeftOut);
        Assert.Equal([tag], video.Sources);
        Assert.True(video.Frames[0].IsKeyframe);
        Assert.Equal(1, video.Frames.Count(f => f.IsKeyframe));
        Assert.Empty(peer.Audio!.Analyze().Breaks);
        Assert.Equal(0, peer.Counters.Unexpected);
        Assert.Equal(0, peer.Counters.UnprotectFailures);
    }

    [Fact]
    public async Task Sends_reports_every_second_with_all_its_streams()
    {
        using var relay = new EchoRelay();
        await using TestPeer peer = await ConnectAsync(relay);
        await peer.WaitUntilAsync(() => Rtcp(relay).Count(r => r.Type == RtcpPacketType.SenderReport) >= 2, "two reports");
        Assert.Contains((RtcpPacketType.SenderReport, (byte)2), Rtcp(relay));
        Assert.Contains((RtcpPacketType.SourceDescription, (byte)1), Rtcp(relay));
    }

    [Fact]
    public async Task Without_the_clock_only_what_is_asked_for_is_sent()
    {
        using var relay = new EchoRelay();
        await using TestPeer peer = await ConnectAsync(relay, new TestPeerOptions { SendsMedia = false });
        peer.SendVideoFrame();
        peer.SendVideoFrame();
        peer.SendVideoFrame(forceKeyframe: true);
        peer.SendAudioPacket();
        int packets = (2 * peer.Options.KeyframePackets) + peer.Options.DeltaFramePackets;
        await peer.WaitUntilAsync(() => peer.Video!.PacketCount == packets && peer.Audio!.PacketCount == 1, "all of it");

        StreamAnalysis video = peer.Video!.Analyze();
        Assert.Empty(video.Breaks);
        Assert.Equal([true, false, true], video.Frames.Select(f => f.IsKeyframe));
        Assert.Equal([0u, 1u, 2u], video.Frames.Select(f => f.FrameNumber));
        Assert.All(video.Frames, f => Assert.True(f.IsComplete));
        Assert.Equal(3, peer.Counters.VideoFramesSent);
        Assert.Equal(2, peer.Counters.KeyframesSent);
    }

    [Fact]
    public async Task A_lost_packet_is_asked_for_and_put_in_its_place()
    {
        using var relay = new EchoRelay();
        int echoed = 0;
        relay.LosesVideo = _ => ++echoed % 10 == 0;
        await using TestPeer peer = await ConnectAsync(relay);
        await peer.WaitUntilAsync(() => peer.Video!.RetransmissionCount >= 5, "retransmissions");
        peer.IsSendingMedia = false;
        await peer.WaitUntilAsync(() => peer.Video!.Missing(1000).Count == 0, "the last repair");
        Assert.Empty(peer.Video!.Analyze().Breaks);
        Assert.True(peer.Counters.NacksSent > 0);
    }

    [Fact]
    public async Task A_loss_that_nobody_repairs_is_seen()
    {
        using var relay = new EchoRelay();
        int echoed = 0;
        relay.LosesVideo = _ => ++echoed == 10;
        await using TestPeer peer = await ConnectAsync(relay, new TestPeerOptions { SendsNacks = false });
        await peer.WaitUntilAsync(() => peer.Video!.PacketCount >= 20, "media");
        StreamAnalysis video = peer.Video!.Analyze();
        Assert.Equal(1, video.LostPackets);
        Assert.Contains(video.Breaks, b => b.Contains("missing", StringComparison.Ordinal));
        Assert.Contains(video.Breaks, b => b.Contains("not whole", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_keyframe_request_gets_a_keyframe(bool byPli)
    {
        using var relay = new EchoRelay();
        await using TestPeer peer = await ConnectAsync(relay);
        await peer.WaitUntilAsync(() => peer.Video!.PacketCount > 10, "media");
        byte[] request = new byte[byPli ? PliWriter.Length : FirWriter.Length];
        _ = byPli
            ? PliWriter.Write(request, 1, peer.Identity.VideoSsrc)
            : FirWriter.Write(request, 1, peer.Identity.VideoSsrc, 1);
        relay.NextRtcp = request;
        await peer.WaitUntilAsync(() => peer.Video!.KeyframesFrom(peer.Identity.MediaTag) == 2, "the keyframe");
        Assert.Equal(1, byPli ? peer.Counters.PliReceived : peer.Counters.FirReceived);
        Assert.Empty(peer.Video!.Analyze().Breaks);
    }

    [Fact]
    public async Task A_nack_is_answered_by_rtx()
    {
        using var relay = new EchoRelay();
        await using TestPeer peer = await ConnectAsync(relay);
        await peer.WaitUntilAsync(() => peer.Video!.PacketCount > 10, "media");
        IReadOnlyList<ReceivedPacket> packets = peer.Video!.Packets;
        ushort[] wanted = [(ushort)packets[2].Sequence, (ushort)packets[5].Sequence];
        byte[] nack = new byte[NackWriter.GetMaxLength(wanted.Length)];
        int length = NackWriter.Write(nack, 1, peer.Identity.VideoSsrc, wanted, out _);
        relay.NextRtcp = nack[..length];
        await peer.WaitUntilAsync(() => relay.RtxReceived == 2, "RTX");
        Assert.Equal(2, peer.Counters.RtxSent);
    }

    [Fact]
    public async Task Asks_for_keyframes_and_packets_on_demand()
    {
        using var relay = new EchoRelay();
        await using TestPeer peer = await ConnectAsync(relay);
        await peer.WaitUntilAsync(() => peer.Video!.PacketCount > 3, "media");
        peer.SendPli();
        peer.SendFir();
        peer.SendNack((ushort)peer.Video!.Packets[0].Sequence);
        await peer.WaitUntilAsync(
            () => Rtcp(relay).Contains((RtcpPacketType.PayloadFeedback, (byte)1)) && Rtcp(relay).Contains((RtcpPacketType.PayloadFeedback, (byte)4)) && peer.Video.DuplicateCount == 1,
            "feedback");
    }

    [Fact]
    public async Task Goes_on_from_a_new_port()
    {
        using var relay = new EchoRelay();
        await using TestPeer peer = await ConnectAsync(relay);
        IPEndPoint before = peer.LocalEndPoint;
        await peer.WaitUntilAsync(() => peer.Video!.PacketCount > 3, "media");
        peer.Rebind();
        Assert.NotEqual(before, peer.LocalEndPoint);
        int received = peer.Video!.PacketCount;
        await peer.WaitUntilAsync(() => peer.Video.PacketCount > received + 10, "media at the new port");
    }

    [Fact]
    public async Task Captures_what_it_receives_and_finds_traces_in_it()
    {
        using var relay = new EchoRelay();
        var options = new TestPeerOptions { CapturesReceived = true, LocalAddress = IPAddress.Parse("127.0.0.7") };
        await using TestPeer peer = await ConnectAsync(relay, options);
        await peer.WaitUntilAsync(() => peer.Video!.PacketCount > 10, "media");
        IReadOnlyList<Captured> captured = peer.Captured;
        Assert.Equal(
            [CapturedKind.Sdp, CapturedKind.Datagram, CapturedKind.Rtp],
            captured.Select(c => c.Kind).Where(k => k != CapturedKind.Rtcp).Distinct());

        // A peer's own traces come back in its own STUN answers and nowhere else; a stranger's come from nowhere.
        using var stranger = new TestPeer(new TestPeerOptions { LocalAddress = IPAddress.Parse("127.0.0.8") });
        Assert.Empty(PrivateTrace.FindIn(stranger.PrivateTraces, captured));
        Assert.Equal("address, as in STUN in Datagram", Assert.Single(PrivateTrace.FindIn(peer.PrivateTraces, captured).ToHashSet(StringComparer.Ordinal)));
        var relaySsrc = new PrivateTrace("relay's ssrc", [0x22, 0x22, 0x22, 0x22]);
        Assert.Contains(PrivateTrace.FindIn([relaySsrc], captured), f => f.Equals("relay's ssrc in Rtp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_certificate_than_the_answers_is_refused()
    {
        using var relay = new EchoRelay();
        using var peer = new TestPeer();
        string answer = relay.Answer(peer.Identity.Certificate.Fingerprint, withVideo: true);
        string forged = System.Text.RegularExpressions.Regex.Replace(
            answer, "sha-256 [0-9A-F:]+", "sha-256 " + peer.Identity.FingerprintText, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
        peer.ApplyAnswer(forged);
        await peer.WaitUntilAsync(() => peer.DtlsState == DtlsState.Closed, "the failure");
        Assert.False(peer.IsConnected);
    }

    private static IReadOnlyList<(RtcpPacketType Type, byte Count)> Rtcp(EchoRelay relay)
    {
        lock (relay.RtcpReceived)
        {
            return [.. relay.RtcpReceived];
        }
    }

    private static async Task<TestPeer> ConnectAsync(EchoRelay relay, TestPeerOptions? options = null)
    {
        var peer = new TestPeer(options);
        peer.ApplyAnswer(relay.Answer(peer.Identity.Certificate.Fingerprint, peer.Options.WithVideo));
        await peer.WaitConnectedAsync();
        return peer;
    }
}
