using Relay.Core.Diagnostics;
using Relay.Host.Configuration;
using Relay.Host.Workers;
using Relay.Testing.Peers;
using Relay.Testing.Sdp;
using Xunit;

namespace Relay.Host.Tests.Workers;

/// <summary>The workers as the pairing API sees them. Not started, they take commands and do nothing.</summary>
public class MediaPlaneTests
{
    [Fact]
    public void A_good_offer_gets_a_leg_and_an_answer_that_names_the_workers_port()
    {
        using var media = new MediaPlane(Options());
        using var offered = new OfferedSession();
        OpenLegResult opened = media.OpenLeg(1, offered.Offer);
        Assert.Equal(MediaProblem.None, opened.Problem);
        Assert.Equal(1, opened.Leg.Worker);
        Assert.Equal(1, media.LegCount);
        var answer = PeerAnswer.Parse(opened.Answer!);
        Assert.Equal(media.Workers[1].LocalEndPoint, Assert.Single(answer.Candidates));
        Assert.NotEqual(media.Workers[0].LocalEndPoint, media.Workers[1].LocalEndPoint);
    }

    [Fact]
    public void Two_answers_share_no_credentials_and_no_ssrc()
    {
        using var media = new MediaPlane(Options());
        using var first = new OfferedSession();
        using var second = new OfferedSession();
        PeerAnswer[] answers = [PeerAnswer.Parse(media.OpenLeg(0, first.Offer).Answer!), PeerAnswer.Parse(media.OpenLeg(0, second.Offer).Answer!)];
        Assert.NotEqual(answers[0].Ufrag, answers[1].Ufrag, StringComparer.Ordinal);
        Assert.NotEqual(answers[0].Password, answers[1].Password, StringComparer.Ordinal);
        Assert.Empty(answers[0].Audio!.Ssrcs.Intersect(answers[1].Audio!.Ssrcs));
        Assert.Empty(answers[0].Video!.Ssrcs.Intersect(answers[1].Video!.Ssrcs));
    }

    [Theory]
    [InlineData("", MediaProblem.BadSdp)]
    [InlineData("v=0\r\n", MediaProblem.BadSdp)]
    [InlineData("hello", MediaProblem.BadSdp)]
    public void What_is_no_offer_is_refused_with_a_reason_and_takes_no_slot(string offer, MediaProblem problem)
    {
        using var media = new MediaPlane(Options());
        OpenLegResult refused = media.OpenLeg(0, offer);
        Assert.Equal(problem, refused.Problem);
        Assert.False(string.IsNullOrEmpty(refused.Detail));
        AssertAllSlotsAreFree(media);
    }

    [Fact]
    public void An_offer_without_a_codec_that_the_relay_knows_is_not_supported_and_takes_no_slot()
    {
        using var media = new MediaPlane(Options());
        using var offered = new OfferedSession();
        OpenLegResult refused = media.OpenLeg(0, offered.Offer.Replace("opus/48000", "speex/16000", StringComparison.Ordinal));
        Assert.Equal(MediaProblem.NotSupported, refused.Problem);
        Assert.False(string.IsNullOrEmpty(refused.Detail));
        AssertAllSlotsAreFree(media);
    }

    [Fact]
    public void A_mid_too_long_to_be_sent_is_refused_and_takes_no_slot()
    {
        using var media = new MediaPlane(Options());
        using var offered = new OfferedSession();
        string mid = new('m', 33);
        string offer = offered.Offer
            .Replace("a=mid:0", "a=mid:" + mid, StringComparison.Ordinal)
            .Replace("BUNDLE 0", "BUNDLE " + mid, StringComparison.Ordinal);
        OpenLegResult refused = media.OpenLeg(0, offer);
        Assert.Equal(MediaProblem.BadSdp, refused.Problem);
        AssertAllSlotsAreFree(media);
    }

    [Fact]
    public void A_full_worker_refuses_while_another_has_room()
    {
        using var media = new MediaPlane(Options());
        using var offered = new OfferedSession();
        Assert.All(Enumerable.Range(0, 4), _ => Assert.Equal(MediaProblem.None, media.OpenLeg(0, offered.Offer).Problem));
        OpenLegResult refused = media.OpenLeg(0, offered.Offer);
        Assert.Equal(MediaProblem.Overloaded, refused.Problem);
        Assert.False(string.IsNullOrEmpty(refused.Detail));
        Assert.Equal(1, media.ChooseWorker());
        Assert.Equal(MediaProblem.None, media.OpenLeg(1, offered.Offer).Problem);
    }

    [Fact]
    public void A_full_mailbox_refuses_and_gives_the_slot_back()
    {
        using var media = new MediaPlane(Options());
        using var offered = new OfferedSession();
        FillMailbox(media);
        Assert.Equal(MediaProblem.Overloaded, media.OpenLeg(0, offered.Offer).Problem);
        Assert.False(media.TryPair(new LegId(0, 0, 1), new LegId(0, 1, 1), withVideo: true));
        Assert.Equal(0, media.LegCount);
        var events = new EventLog();
        media.SetEventSink(events);
        media.Start();
        AssertAllSlotsAreFree(media);
    }

    [Fact]
    public void An_ice_restart_gives_new_credentials_and_only_for_new_ones()
    {
        using var media = new MediaPlane(Options());
        using var offered = new OfferedSession();
        OpenLegResult opened = media.OpenLeg(0, offered.Offer);
        Assert.Equal(MediaProblem.NothingToDo, media.RestartIce(opened.Leg, offered.Fragment).Problem);
        offered.Identity.RenewIceCredentials();
        RestartIceResult restarted = media.RestartIce(opened.Leg, offered.Fragment);
        Assert.Equal(MediaProblem.None, restarted.Problem);
        var fragment = PeerAnswer.Parse(restarted.SdpFragment!);
        Assert.NotEqual(PeerAnswer.Parse(opened.Answer!).Ufrag, fragment.Ufrag, StringComparer.Ordinal);
        Assert.Equal(media.Workers[0].LocalEndPoint, Assert.Single(fragment.Candidates));

        Assert.Equal(MediaProblem.BadSdp, media.RestartIce(opened.Leg, "a=ice-ufrag:alone").Problem);
        Assert.Equal(MediaProblem.NoSuchLeg, media.RestartIce(opened.Leg with { Generation = 3 }, offered.Fragment).Problem);
    }

    [Fact]
    public async Task A_restart_refused_by_a_full_mailbox_can_be_tried_again()
    {
        using var media = new MediaPlane(Options());
        using var offered = new OfferedSession();
        OpenLegResult opened = media.OpenLeg(0, offered.Offer);
        FillMailbox(media);
        offered.Identity.RenewIceCredentials();
        Assert.Equal(MediaProblem.Overloaded, media.RestartIce(opened.Leg, offered.Fragment).Problem);
        media.Start();
        await UntilAsync(() => media.TryUnpair(opened.Leg));
        Assert.Equal(MediaProblem.None, media.RestartIce(opened.Leg, offered.Fragment).Problem);
    }

    [Fact]
    public async Task A_closed_leg_gives_its_slot_back_and_is_not_told()
    {
        using var media = new MediaPlane(Options());
        using var offered = new OfferedSession();
        var events = new EventLog();
        media.SetEventSink(events);
        media.Start();
        LegId[] legs = [.. Enumerable.Range(0, 4).Select(_ => media.OpenLeg(0, offered.Offer).Leg)];
        media.CloseLeg(legs[2]);
        media.CloseLeg(legs[2]);
        Assert.Equal(3, media.LegCount);
        OpenLegResult next = media.OpenLeg(0, offered.Offer);
        await UntilAsync(() => next.Problem == MediaProblem.None || (next = media.OpenLeg(0, offered.Offer)).Problem == MediaProblem.None);
        Assert.Equal(legs[2].Slot, next.Leg.Slot);
        Assert.Empty(events.Closed);
    }

    [Fact]
    public async Task A_peer_connects_is_told_and_its_end_too()
    {
        var events = new EventLog();
        using var media = new MediaPlane(Options());
        media.SetEventSink(events);
        media.Start();
        await using var peer = new TestPeer();
        OpenLegResult opened = media.OpenLeg(0, peer.CreateOffer());
        peer.ApplyAnswer(opened.Answer!);
        await peer.WaitConnectedAsync();
        await UntilAsync(() => events.Connected.Contains(opened.Leg));
        peer.CloseDtls();
        await UntilAsync(() => events.Closed.Contains((opened.Leg, CloseReason.PeerClosed)));
        Assert.Equal(0, media.LegCount);
        Assert.Equal(MediaProblem.NoSuchLeg, media.RestartIce(opened.Leg, "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n").Problem);
    }

    [Fact]
    public void Legs_of_two_workers_are_no_pair()
    {
        using var media = new MediaPlane(Options());
        Assert.Throws<ArgumentException>(() => media.TryPair(new LegId(0, 0, 1), new LegId(1, 0, 1), withVideo: false));
    }

    [Fact]
    public void Disposing_says_goodbye_and_leaves_no_packet_slot_in_use()
    {
        var media = new MediaPlane(Options());
        using var offered = new OfferedSession();
        media.Start();
        media.OpenLeg(0, offered.Offer);
        media.Dispose();
        Assert.All(media.Workers, worker => Assert.Equal(0, worker.PoolSlotsInUse));
        Assert.All(media.Workers, worker => Assert.Equal(0, worker.TransportCount));
    }

    private static MediaOptions Options() => new()
    {
        Port = 0,
        Workers = 2,
        PoolSlotsPerWorker = 1024,
        MaxLegsPerWorker = 4,
        LegsPerWorkerTarget = 4,
        MailboxCapacity = 16,
    };

    private static void FillMailbox(MediaPlane media)
    {
        while (media.TryUnpair(new LegId(0, 0, 99)))
        {
        }
    }

    private static void AssertAllSlotsAreFree(MediaPlane media)
    {
        using var offered = new OfferedSession();
        Assert.Equal(0, media.LegCount);
        for (int i = 0; i < 4; i++)
        {
            OpenLegResult opened = media.OpenLeg(0, offered.Offer);
            SpinWait.SpinUntil(() => opened.Problem == MediaProblem.None || (opened = media.OpenLeg(0, offered.Offer)).Problem == MediaProblem.None, TimeSpan.FromSeconds(20));
            Assert.Equal(MediaProblem.None, opened.Problem);
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(1, limit.Token);
        }
    }

    private sealed class EventLog : IMediaEventSink
    {
        private readonly Lock _lock = new();
        private readonly List<LegId> _connected = [];
        private readonly List<(LegId Leg, CloseReason Reason)> _closed = [];

        public IReadOnlyList<LegId> Connected
        {
            get
            {
                lock (_lock)
                {
                    return [.. _connected];
                }
            }
        }

        public IReadOnlyList<(LegId Leg, CloseReason Reason)> Closed
        {
            get
            {
                lock (_lock)
                {
                    return [.. _closed];
                }
            }
        }

        public void LegConnected(LegId leg)
        {
            lock (_lock)
            {
                _connected.Add(leg);
            }
        }

        public void LegClosed(LegId leg, CloseReason reason)
        {
            lock (_lock)
            {
                _closed.Add((leg, reason));
            }
        }
    }
}
