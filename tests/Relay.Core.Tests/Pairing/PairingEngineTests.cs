using Relay.Core.Diagnostics;
using Relay.Core.Pairing;
using Xunit;
using static Relay.Core.Pairing.PairingError;

namespace Relay.Core.Tests.Pairing;

public class PairingEngineTests
{
    private static readonly (string Name, SessionMessage Message)[] Messages =
    [
        ("enqueue text", new SessionMessage(SessionMessageKind.Enqueue, PairingMode.Text)),
        ("enqueue voice", new SessionMessage(SessionMessageKind.Enqueue, PairingMode.Voice)),
        ("enqueue video", new SessionMessage(SessionMessageKind.Enqueue, PairingMode.Video)),
        ("cancel", new SessionMessage(SessionMessageKind.Cancel)),
        ("next", new SessionMessage(SessionMessageKind.Next)),
        ("end", new SessionMessage(SessionMessageKind.End)),
        ("chat", new SessionMessage(SessionMessageKind.Chat, Text: "hello")),
        ("typing", new SessionMessage(SessionMessageKind.Typing, On: true)),
        ("pong", new SessionMessage(SessionMessageKind.Pong)),
    ];

    /// <summary>
    /// The state table. One row per state; one cell per message in the order of <see cref="Messages"/>: the error ("-" is
    /// BadState), or the new state and what the session and its partner are told.
    /// </summary>
    private static readonly Dictionary<string, string[]> Table = new(StringComparer.Ordinal)
    {
        ["new"] = Row("- ; - ; -", "- ; - ; -", "- ; - ; -"),
        ["ready"] = Row("Queued: Queued | ; MediaRequired ; MediaRequired", "- ; - ; -", "- ; - ; Ready: |"),
        ["ready, text only"] = Row("Queued: Queued | ; ModeNotAllowed ; ModeNotAllowed", "- ; - ; -", "- ; - ; Ready: |"),
        ["ready, leg connecting"] = Row("Queued: Queued | ; Preflight: | ; Preflight: |", "- ; - ; -", "- ; - ; Ready: |"),
        ["ready, leg connected"] = Row(
            "Queued: Queued | ; Queued: Queued | ; Queued: Queued |", "- ; - ; -", "- ; - ; Ready: |"),
        ["ready, asked before"] = Row(
            "Queued: Queued | ; MediaRequired ; MediaRequired", "- ; Queued: Queued | ; -", "- ; - ; Ready: |"),
        ["preflight"] = Row("- ; - ; -", "Ready: Idle | ; - ; -", "- ; - ; Preflight: |"),
        ["queued, text"] = Row("- ; - ; -", "Ready: Idle | ; - ; -", "- ; - ; Queued: |"),
        ["queued, video"] = Row("- ; - ; -", "Ready: Idle | ; - ; -", "- ; - ; Queued: |"),
        ["paired, text"] = Row(
            "- ; - ; -",
            "- ; Queued: Queued | PartnerGone ; Ready: Idle | PartnerGone",
            "Paired: | Chat ; Paired: | Typing ; Paired: |"),
        ["paired, video"] = Row(
            "- ; - ; -",
            "- ; Queued: UnpairLeg Queued | PartnerGone ; Ready: UnpairLeg Idle | PartnerGone",
            "Paired: | Chat ; Paired: | Typing ; Paired: |"),
        ["draining, ready"] = Row("Draining ; Draining ; Draining", "- ; - ; -", "- ; - ; Ready: |"),
        ["draining, paired"] = Row(
            "- ; - ; -", "- ; Draining ; Ready: Idle | PartnerGone", "Paired: | Chat ; Paired: | Typing ; Paired: |"),
        ["socket lost"] = Row("- ; - ; -", "- ; - ; -", "- ; - ; -"),
        ["closed"] = Row("- ; - ; -", "- ; - ; -", "- ; - ; -"),
    };

    public static TheoryData<string, string, string> Cells()
    {
        var cells = new TheoryData<string, string, string>();
        foreach ((string state, string[] row) in Table)
        {
            for (int i = 0; i < row.Length; i++)
            {
                cells.Add(state, Messages[i].Name, row[i]);
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Every_message_in_every_state(string state, string message, string expected)
    {
        var scene = new PairingScene();
        (SessionKey session, SessionKey partner) = Bring(scene, state);
        SessionState before = scene.State(session);
        scene.Effects();

        PairingError error = scene.Send(
            session, Messages.Single(m => m.Name.Equals(message, StringComparison.Ordinal)).Message, keepEffects: true);

        List<PairingEffect> effects = scene.Effects();
        if (error == None)
        {
            string toSelf = PairingScene.Kinds(effects, session);
            string toPartner = PairingScene.Kinds(effects, partner);
            string told = $"{(toSelf.Length > 0 ? " " : "")}{toSelf} |{(toPartner.Length > 0 ? " " : "")}{toPartner}";
            Assert.Equal(expected, $"{scene.State(session)}:{told}");
        }
        else
        {
            Assert.Equal(expected, error.ToString());
            Assert.Empty(effects);
            Assert.Equal(before, scene.State(session));
            Assert.Equal(1, scene.Engine.Counters.MessagesRefused);
        }
    }

    [Fact]
    public void First_come_is_first_served_within_a_mode()
    {
        var scene = new PairingScene();
        SessionKey text = scene.Queued(PairingMode.Text);
        SessionKey voice = scene.Queued(PairingMode.Voice);
        SessionKey video = scene.Queued(PairingMode.Video);
        Assert.All([text, voice, video], key => Assert.Equal(SessionState.Queued, scene.State(key)));
        Assert.Equal(1, scene.Engine.Counters.Waiting(PairingMode.Voice));

        SessionKey other = scene.Queued(PairingMode.Voice);

        Assert.Equal(SessionState.Paired, scene.State(voice));
        Assert.Equal(SessionState.Paired, scene.State(other));
        Assert.Equal(SessionState.Queued, scene.State(text));
        Assert.Equal(0, scene.Engine.Counters.Waiting(PairingMode.Voice));
        Assert.Equal(1, scene.Engine.Counters.Pairs(PairingMode.Voice));
    }

    [Fact]
    public void Media_is_paired_before_anybody_is_told()
    {
        var scene = new PairingScene();
        SessionKey first = scene.Queued(PairingMode.Video);
        SessionKey second = scene.WithLeg();
        scene.Send(second, new SessionMessage(SessionMessageKind.Enqueue, PairingMode.Video), keepEffects: true);
        List<PairingEffect> effects = scene.Effects();
        Assert.Equal(
            [PairingEffectKind.Queued, PairingEffectKind.PairLegs, PairingEffectKind.Paired, PairingEffectKind.Paired],
            effects.Select(effect => effect.Kind));
        Assert.Equal((first, second, PairingMode.Video), (effects[1].Session, effects[1].Other, effects[1].Mode));
        Assert.Equal(24, effects[2].Text!.Length);
        Assert.Equal(effects[2].Text, effects[3].Text);
    }

    [Fact]
    public void Two_who_parted_meet_again_only_if_both_ask()
    {
        var scene = new PairingScene();
        (SessionKey first, SessionKey second) = scene.Paired(PairingMode.Text);
        scene.Send(first, new SessionMessage(SessionMessageKind.Next));
        Assert.Equal((SessionState.Queued, SessionState.Ready), (scene.State(first), scene.State(second)));
        scene.Send(second, new SessionMessage(SessionMessageKind.Next));
        Assert.Equal((SessionState.Paired, SessionState.Paired), (scene.State(first), scene.State(second)));
    }

    [Fact]
    public void A_session_without_a_socket_ends_in_time()
    {
        var scene = new PairingScene();
        SessionKey key = scene.Engine.HandleOpened(ModeSet.All, scene.Now);
        Assert.Equal(scene.Now + TimeSpan.FromSeconds(30), scene.Engine.NextTimeout);
        scene.Wait(TimeSpan.FromSeconds(29));
        Assert.Equal(SessionState.New, scene.State(key));
        scene.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal(SessionState.Closed, scene.State(key));
        Assert.Equal("SessionClosed", PairingScene.Kinds(scene.Effects(), key));
        Assert.Equal(1, scene.Engine.Counters.SessionsExpired);
        Assert.Equal(0, scene.Engine.Timers.Count);
    }

    [Fact]
    public void A_lost_socket_keeps_the_pair_until_the_time_is_up()
    {
        var scene = new PairingScene();
        (SessionKey first, SessionKey second) = scene.Paired(PairingMode.Text);
        scene.Engine.HandleSocketClosed(first, left: false, scene.Now);
        scene.Wait(TimeSpan.FromSeconds(29));
        Assert.Empty(scene.Effects());
        scene.Send(second, new SessionMessage(SessionMessageKind.Chat, Text: "x"), keepEffects: true);
        Assert.Equal("Chat", PairingScene.Kinds(scene.Effects(), first));
        scene.Wait(TimeSpan.FromSeconds(1));
        List<PairingEffect> effects = scene.Effects();
        Assert.Equal("PartnerGone", PairingScene.Kinds(effects, second));
        Assert.Equal("SessionClosed", PairingScene.Kinds(effects, first));
    }

    [Fact]
    public void A_resumed_socket_is_told_where_it_stands()
    {
        var scene = new PairingScene();
        (SessionKey first, _) = scene.Paired(PairingMode.Video);
        scene.Engine.HandleSocketClosed(first, left: false, scene.Now);
        scene.Engine.HandleSocketOpened(first, scene.Now);
        PairingEffect welcome = scene.Effects()[0];
        Assert.Equal(
            (PairingEffectKind.Welcome, SessionState.Paired, PairingMode.Video, true),
            (welcome.Kind, welcome.State, welcome.Mode, welcome.Flag));
        Assert.NotNull(welcome.Text);
        Assert.Equal(1, scene.Engine.Counters.SessionsResumed);
    }

    [Fact]
    public void Nobody_is_paired_with_a_session_whose_socket_is_away()
    {
        var scene = new PairingScene();
        SessionKey away = scene.Queued(PairingMode.Text);
        scene.Engine.HandleSocketClosed(away, left: false, scene.Now);
        SessionKey second = scene.Queued(PairingMode.Text);
        Assert.Equal(SessionState.Queued, scene.State(second));
        SessionKey third = scene.Queued(PairingMode.Text);
        Assert.Equal((SessionState.Paired, SessionState.Paired), (scene.State(second), scene.State(third)));

        SessionKey fourth = scene.Queued(PairingMode.Text);
        scene.Engine.HandleSocketOpened(away, scene.Now);
        Assert.Equal((SessionState.Paired, SessionState.Paired), (scene.State(away), scene.State(fourth)));
    }

    [Fact]
    public void Leaving_parts_the_pair_and_closes_the_leg()
    {
        var scene = new PairingScene();
        (SessionKey first, SessionKey second) = scene.Paired(PairingMode.Voice);
        scene.Engine.HandleSocketClosed(first, left: true, scene.Now);
        List<PairingEffect> effects = scene.Effects();
        Assert.Equal("UnpairLeg CloseLeg SessionClosed", PairingScene.Kinds(effects, first));
        Assert.Equal("PartnerGone", PairingScene.Kinds(effects, second));
        scene.Engine.HandleLeft(second, scene.Now);
        Assert.Equal("CloseLeg SessionClosed", PairingScene.Kinds(scene.Effects(), second));
        Assert.Equal(0, scene.Engine.Counters.Sessions);
    }

    [Theory]
    [InlineData("ready", "MediaClosed", "", SessionState.Ready)]
    [InlineData("preflight", "MediaClosed Idle", "", SessionState.Ready)]
    [InlineData("queued", "MediaClosed Idle", "", SessionState.Ready)]
    [InlineData("paired", "MediaClosed PartnerGone", "UnpairLeg PartnerGone", SessionState.Ready)]
    [InlineData("queued text", "MediaClosed", "", SessionState.Queued)]
    [InlineData("paired text", "MediaClosed", "", SessionState.Paired)]
    public void A_leg_that_ends_takes_voice_and_video_with_it(string state, string toSelf, string toPartner, SessionState after)
    {
        var scene = new PairingScene();
        SessionKey partner = default;
        SessionKey session = state is "preflight" ? scene.Ready() : scene.WithLeg();
        if (state is "preflight")
        {
            scene.Engine.HandleLegOpened(session, 0, scene.Now);
        }

        PairingMode mode = state.EndsWith("text", StringComparison.Ordinal) ? PairingMode.Text : PairingMode.Video;
        if (state is not "ready")
        {
            scene.Send(session, new SessionMessage(SessionMessageKind.Enqueue, mode));
        }

        if (state.StartsWith("paired", StringComparison.Ordinal))
        {
            partner = scene.Queued(mode);
        }

        scene.Engine.HandleLegClosed(session, CloseReason.ConsentExpired, scene.Now);
        List<PairingEffect> effects = scene.Effects();
        Assert.Equal(toSelf, PairingScene.Kinds(effects, session));
        Assert.Equal(toPartner, PairingScene.Kinds(effects, partner));
        Assert.Equal(after, scene.State(session));
        Assert.Equal(CloseReason.ConsentExpired, effects.Single(effect => effect.Kind == PairingEffectKind.MediaClosed).Reason);
    }

    [Fact]
    public void A_leg_that_ends_while_the_socket_is_away_is_told_later()
    {
        var scene = new PairingScene();
        SessionKey session = scene.WithLeg();
        scene.Engine.HandleSocketClosed(session, left: false, scene.Now);
        scene.Engine.HandleLegClosed(session, CloseReason.PeerClosed, scene.Now);
        Assert.Empty(scene.Effects());
        scene.Engine.HandleSocketOpened(session, scene.Now);
        Assert.Equal("Welcome MediaClosed", PairingScene.Kinds(scene.Effects(), session));
        scene.Engine.HandleSocketOpened(session, scene.Now);
        Assert.Equal("Welcome", PairingScene.Kinds(scene.Effects(), session));
    }

    [Fact]
    public void A_new_leg_sends_a_waiting_session_back_to_preflight_at_its_old_place()
    {
        var scene = new PairingScene();
        SessionKey first = scene.Queued(PairingMode.Video);
        scene.Engine.HandleLegOpened(first, 0, scene.Now);
        Assert.Equal(SessionState.Preflight, scene.State(first));
        SessionKey second = scene.Queued(PairingMode.Video);
        Assert.Equal(SessionState.Queued, scene.State(second));
        scene.Engine.HandleLegConnected(first, scene.Now);
        List<PairingEffect> effects = scene.Effects();
        Assert.Equal("MediaConnected Queued Paired", PairingScene.Kinds(effects, first));
    }

    [Fact]
    public void A_leg_is_not_replaced_while_paired()
    {
        var scene = new PairingScene();
        (SessionKey first, _) = scene.Paired(PairingMode.Text);
        Assert.Equal(MediaInUse, scene.Engine.HandleLegOpened(first, 0, scene.Now));
        Assert.Equal(BadState, scene.Engine.HandleLegOpened(new SessionKey(99, 1), 0, scene.Now));
    }

    [Fact]
    public void A_pair_that_media_refuses_ends_on_both_sides()
    {
        var scene = new PairingScene();
        (SessionKey first, SessionKey second) = scene.Paired(PairingMode.Voice);
        scene.Engine.HandlePairRefused(first, scene.Now);
        List<PairingEffect> effects = scene.Effects();
        Assert.Equal("UnpairLeg PartnerGone", PairingScene.Kinds(effects, first));
        Assert.Equal("PartnerGone", PairingScene.Kinds(effects, second));
        Assert.Equal((SessionState.Ready, SessionState.Ready), (scene.State(first), scene.State(second)));
    }

    [Fact]
    public void The_table_of_sessions_is_bounded()
    {
        var scene = new PairingScene(new PairingLimits { MaxSessions = 2 });
        SessionKey first = scene.Ready();
        scene.Ready();
        Assert.True(scene.Engine.HandleOpened(ModeSet.All, scene.Now).IsNone);
        Assert.Equal(1, scene.Engine.Counters.SessionsRefused);
        scene.Engine.HandleLeft(first, scene.Now);
        SessionKey again = scene.Ready();
        Assert.Equal(first.Slot, again.Slot);
        Assert.Equal(SessionState.Closed, scene.State(first));
    }

    [Fact]
    public void Many_timers_are_served_over_several_calls()
    {
        var scene = new PairingScene();
        for (int i = 0; i < 1000; i++)
        {
            scene.Engine.HandleOpened(ModeSet.All, scene.Now);
        }

        scene.Wait(TimeSpan.FromSeconds(30));
        Assert.Equal(744, scene.Engine.Counters.Sessions);
        Assert.True(scene.Engine.NextTimeout <= scene.Now);
        for (int i = 0; i < 3; i++)
        {
            scene.Engine.HandleTimeout(scene.Now);
        }

        Assert.Equal(0, scene.Engine.Counters.Sessions);
    }

    [Fact]
    public void The_later_of_two_alone_on_their_workers_is_asked_to_move()
    {
        var scene = new PairingScene(new PairingLimits { Pools = 3 });
        SessionKey first = scene.Queued(PairingMode.Video, pool: 2);
        SessionKey second = scene.Queued(PairingMode.Video, pool: 1);
        scene.Wait(TimeSpan.FromSeconds(1.9));
        Assert.Empty(scene.Effects());
        scene.Wait(TimeSpan.FromSeconds(0.2));
        List<PairingEffect> effects = scene.Effects();
        Assert.Equal(string.Empty, PairingScene.Kinds(effects, first));
        Assert.Equal("MediaRenew", PairingScene.Kinds(effects, second));
        Assert.True(scene.Engine.TryGet(second, out SessionView view));
        Assert.Equal(2, view.RenewPool);

        scene.Engine.HandleLegOpened(second, 2, scene.Now);
        scene.Engine.HandleLegConnected(second, scene.Now);
        Assert.Equal((SessionState.Paired, SessionState.Paired), (scene.State(first), scene.State(second)));
        Assert.True(scene.Engine.TryGet(second, out view));
        Assert.Null(view.RenewPool);
    }

    [Fact]
    public void A_session_that_does_not_move_is_asked_again()
    {
        var scene = new PairingScene(new PairingLimits { Pools = 2 });
        scene.Queued(PairingMode.Voice, pool: 0);
        SessionKey second = scene.Queued(PairingMode.Voice, pool: 1);
        scene.Wait(TimeSpan.FromSeconds(2));
        Assert.Equal("MediaRenew", PairingScene.Kinds(scene.Effects(), second));
        scene.Wait(TimeSpan.FromSeconds(9));
        Assert.Empty(PairingScene.Kinds(scene.Effects(), second));
        scene.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal("MediaRenew", PairingScene.Kinds(scene.Effects(), second));
    }

    [Fact]
    public void With_one_worker_nobody_has_to_move()
    {
        var scene = new PairingScene();
        scene.Queued(PairingMode.Video);
        Assert.Equal(Core.Primitives.Instant.Never, scene.Engine.NextTimeout);
    }

    private static string[] Row(string asking, string leaving, string talking) =>
    [
        .. string.Join(';', asking, leaving, talking)
            .Split(';', StringSplitOptions.TrimEntries)
            .Select(cell => cell is "-" ? nameof(BadState) : cell),
    ];

    private static (SessionKey Session, SessionKey Partner) Bring(PairingScene scene, string state)
    {
        switch (state)
        {
            case "new":
                return (scene.Engine.HandleOpened(ModeSet.All, scene.Now), default);
            case "ready":
                return (scene.Ready(), default);
            case "ready, text only":
                return (scene.Ready(ModeSet.Text), default);
            case "ready, leg connecting" or "preflight":
                SessionKey connecting = scene.Ready();
                scene.Engine.HandleLegOpened(connecting, 0, scene.Now);
                if (state is "preflight")
                {
                    scene.Send(connecting, new SessionMessage(SessionMessageKind.Enqueue, PairingMode.Video));
                }

                return (connecting, default);
            case "ready, leg connected":
                return (scene.WithLeg(), default);
            case "ready, asked before":
                SessionKey asked = scene.Queued(PairingMode.Text);
                scene.Send(asked, new SessionMessage(SessionMessageKind.Cancel));
                return (asked, default);
            case "queued, text":
                return (scene.Queued(PairingMode.Text), default);
            case "queued, video":
                return (scene.Queued(PairingMode.Video), default);
            case "paired, text":
                return scene.Paired(PairingMode.Text);
            case "paired, video":
                return scene.Paired(PairingMode.Video);
            case "draining, ready":
                SessionKey ready = scene.WithLeg();
                scene.Engine.HandleDrain(scene.Now);
                return (ready, default);
            case "draining, paired":
                (SessionKey, SessionKey) pair = scene.Paired(PairingMode.Text);
                scene.Engine.HandleDrain(scene.Now);
                return pair;
            case "socket lost":
                (SessionKey lost, SessionKey partner) = scene.Paired(PairingMode.Text);
                scene.Engine.HandleSocketClosed(lost, left: false, scene.Now);
                return (lost, partner);
            default:
                SessionKey closed = scene.Ready();
                scene.Engine.HandleLeft(closed, scene.Now);
                return (closed, default);
        }
    }
}
