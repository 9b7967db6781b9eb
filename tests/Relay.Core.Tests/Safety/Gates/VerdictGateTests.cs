using Relay.Core.Primitives;
using Relay.Core.Safety.Gates;
using Xunit;

namespace Relay.Core.Tests.Safety.Gates;

public sealed class VerdictGateTests
{
    private static readonly Instant Start = new(TimeSpan.FromHours(1).Ticks);
    private static readonly GatePolicy Hold = new();
    private static readonly GatePolicy Observe = new() { Mode = GateMode.Observe };
    private static readonly GatePolicy NoticeOnly = new() { Actions = ConfirmedActions.Notice };

    private static readonly Input[] Inputs = Enum.GetValues<Input>();

    private Instant _now = Start;

    /// <summary>Where a gate can be, and how it gets there.</summary>
    public enum Place
    {
        Unseen,
        Open,
        Burst,
        BurstOneSuspect,
        BurstOneClean,
        Stale,
        Blocked,
        PausedOpen,
        PausedBurst,
    }

    public enum Input
    {
        Clean,
        OldClean,
        Suspect,
        OldSuspect,
        Unknown,
        Wanted,
        Paused,
        Resumed,
        Released,
        Timeout,
    }

    /// <summary>
    /// Every input in every place, in the mode hold. A cell says where it leads (C checking, O open, H held, B blocked), then
    /// how many frames are wanted, then + if samples taken so far become old.
    /// </summary>
    public static TheoryData<Place, string> Transitions => new()
    {
        //                       Clean OldClean Suspect OldSuspect Unknown Wanted Paused Resumed Released Timeout
        { Place.Unseen,          "O0   C0       H3+     H3+        C0      C0     C0+    C1+     C0       C1" },
        { Place.Open,            "O0   O0       H3+     H3+        O0      O0     C0+    C1+     O0       H1+" },
        { Place.Burst,           "H0   H0       H0      H0         H0      H0     H0+    H3+     H0       H3" },
        { Place.BurstOneSuspect, "H0   H0       B0+     H0         H0      H0     H0+    H3+     H0       H2" },
        { Place.BurstOneClean,   "O0   H0       H0      H0         H0      H0     H0+    H3+     H0       H2" },
        { Place.Stale,           "O0   H0       H3+     H3+        H0      H0     C0+    C1+     H0       H1" },
        { Place.Blocked,         "B0   B0       B0      B0         B0      B0     B0     B0      C1+      B0" },
        { Place.PausedOpen,      "C0   C0       H0+     H0+        C0      C0     C0+    C1+     C0       C0" },
        { Place.PausedBurst,     "H0   H0       H0      H0         H0      H0     H0+    H3+     H0       H0" },
    };

    [Theory]
    [MemberData(nameof(Transitions))]
    public void Every_input_in_every_place(Place place, string cells)
    {
        string[] expected = cells.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Inputs.Length, expected.Length);
        for (int i = 0; i < Inputs.Length; i++)
        {
            VerdictGate gate = Reach(Hold, place);
            (GateState state, int generation) = (gate.State, gate.Generation);
            GateStep step = Apply(gate, Inputs[i]);
            string cell = $"{gate.State.ToString()[0]}{step.WantedFrames}{(gate.Generation == generation ? "" : "+")}";
            Assert.Equal($"{Inputs[i]} {expected[i]}", $"{Inputs[i]} {cell}");
            Assert.Equal(state != gate.State, step.Changed);
            Assert.True(step.Cause != GateCause.None || step == default, "a step without a cause");
        }
    }

    [Fact]
    public void One_suspect_frame_holds_and_two_of_three_block()
    {
        VerdictGate gate = Reach(Hold, Place.Open);
        Assert.Equal(new GateStep(GateCause.Suspect, Changed: true, WantedFrames: 3), Judge(gate, Verdict.Suspect));
        Assert.False(gate.IsOpen);
        Assert.Equal(default, Judge(gate, Verdict.Suspect));
        Assert.Equal(default, Judge(gate, Verdict.Clean));
        Assert.Equal(new GateStep(GateCause.Confirmed, Changed: true, Actions: Hold.Actions), Judge(gate, Verdict.Suspect));
        Assert.Equal(GateState.Blocked, gate.State);
        Assert.Equal(Instant.Never, gate.NextTimeout);
    }

    [Theory]
    [InlineData(Verdict.Clean, Verdict.Clean)]
    [InlineData(Verdict.Suspect, Verdict.Clean, Verdict.Clean)]
    [InlineData(Verdict.Clean, Verdict.Suspect, Verdict.Clean)]
    [InlineData(Verdict.Clean, Verdict.Unknown, Verdict.Unknown, Verdict.Clean)]
    public void A_false_alarm_is_over_within_two_seconds(params Verdict[] burst)
    {
        VerdictGate gate = Reach(Hold, Place.Open);
        Judge(gate, Verdict.Suspect);
        Instant held = _now;

        // Frames half a second apart, judged 300 ms later.
        _now += TimeSpan.FromMilliseconds(300);
        foreach (Verdict verdict in burst)
        {
            Assert.False(gate.IsOpen);
            Judge(gate, verdict);
            _now += Hold.BurstSpacing;
        }

        Assert.True(gate.IsOpen);
        Assert.True(_now - Hold.BurstSpacing - held <= TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void A_frame_from_before_the_hold_does_not_open_it()
    {
        VerdictGate gate = Reach(Hold, Place.Open);
        int before = gate.Generation;
        Judge(gate, Verdict.Suspect);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(default, gate.HandleVerdict(Verdict.Clean, before, _now));
        }

        Assert.Equal(GateState.Held, gate.State);
    }

    [Fact]
    public void A_wanted_frame_without_a_verdict_closes_after_ten_seconds()
    {
        VerdictGate gate = Reach(Hold, Place.Open);
        gate.HandleSampleWanted(_now);
        Instant closes = _now + Hold.VerdictTimeout;
        Assert.Equal(closes, gate.NextTimeout);
        _now += TimeSpan.FromSeconds(4);
        gate.HandleSampleWanted(_now);
        Assert.Equal(closes, gate.NextTimeout);
        Judge(gate, Verdict.Unknown);
        _now = closes - new TimeSpan(1);
        Assert.Equal(default, gate.HandleTimeout(_now));
        _now = closes;
        Assert.Equal(new GateStep(GateCause.NoVerdict, Changed: true, WantedFrames: 1), gate.HandleTimeout(_now));
        Assert.Equal(GateState.Held, gate.State);
        Assert.Equal(new GateStep(GateCause.Clean, Changed: true), Judge(gate, Verdict.Clean));
    }

    [Fact]
    public void A_gate_that_nobody_looks_at_closes_after_a_minute()
    {
        VerdictGate gate = Reach(Hold, Place.Open);
        _now += TimeSpan.FromSeconds(50);
        Judge(gate, Verdict.Clean);
        Assert.Equal(_now + Hold.UnseenMax, gate.NextTimeout);
        _now = gate.NextTimeout;
        Assert.Equal(GateCause.NoVerdict, gate.HandleTimeout(_now).Cause);
        Assert.False(gate.IsOpen);
    }

    [Fact]
    public void A_closed_gate_asks_ever_more_slowly_and_late_verdicts_count()
    {
        VerdictGate gate = Reach(Hold, Place.Burst);
        int generation = gate.Generation;
        List<double> waits = [];
        for (int i = 0; i < 7; i++)
        {
            waits.Add((gate.NextTimeout - _now).TotalSeconds);
            _now = gate.NextTimeout;
            Assert.Equal(new GateStep(GateCause.NoVerdict, WantedFrames: 3), gate.HandleTimeout(_now));
        }

        Assert.Equal([2, 4, 8, 16, 30, 30, 30], waits);
        gate.HandleVerdict(Verdict.Clean, generation, _now);
        gate.HandleVerdict(Verdict.Clean, generation, _now);
        Assert.True(gate.IsOpen);
    }

    [Fact]
    public void Pausing_is_no_way_out_of_a_hold()
    {
        VerdictGate gate = Reach(Hold, Place.BurstOneSuspect);
        for (int i = 0; i < 10; i++)
        {
            gate.HandlePaused(_now);
            Assert.Equal(Instant.Never, gate.NextTimeout);
            Assert.Equal(3, gate.HandleResumed(_now).WantedFrames);
            Assert.Equal(GateState.Held, gate.State);
            Judge(gate, Verdict.Clean);
        }

        Judge(gate, Verdict.Clean);
        Assert.True(gate.IsOpen);
    }

    [Fact]
    public void Without_an_action_that_blocks_a_confirmed_gate_waits_for_a_clean_frame()
    {
        VerdictGate gate = Reach(NoticeOnly, Place.BurstOneSuspect);
        Assert.Equal(
            new GateStep(GateCause.Confirmed, Changed: false, WantedFrames: 1, ConfirmedActions.Notice), Judge(gate, Verdict.Suspect));
        Assert.Equal(GateState.Held, gate.State);
        Judge(gate, Verdict.Clean);
        Assert.True(gate.IsOpen);
    }

    [Fact]
    public void Observing_closes_on_nothing_but_a_confirmed_suspicion()
    {
        VerdictGate gate = new(Observe, _now);
        Assert.True(gate.IsOpen);
        gate.HandleSampleWanted(_now);
        _now += TimeSpan.FromHours(1);
        Assert.Equal(default, gate.HandleTimeout(_now));
        Assert.Equal(new GateStep(GateCause.Suspect, Changed: false, WantedFrames: 3), Judge(gate, Verdict.Suspect));
        Assert.True(gate.IsOpen);
        Assert.Equal(new GateStep(GateCause.NoVerdict, WantedFrames: 3), TimeOut(gate));
        Judge(gate, Verdict.Suspect);
        gate.HandlePaused(_now);
        gate.HandleResumed(_now);
        Judge(gate, Verdict.Suspect);
        Assert.True(gate.IsOpen);
        Assert.Equal(new GateStep(GateCause.Confirmed, Changed: true, Actions: Observe.Actions), Judge(gate, Verdict.Suspect));
        Assert.Equal(GateState.Blocked, gate.State);
        gate.HandleReleased(_now);
        Assert.True(gate.IsOpen);
    }

    /// <summary>
    /// Hundreds of thousands of events in any order, with policies of every shape: a gate on hold opens at nothing but a clean
    /// verdict on a frame that was taken since it closed, and a blocked one at nothing but being released.
    /// </summary>
    [Fact]
    public void No_path_opens_a_gate_without_a_clean_verdict()
    {
        Random random = new(11);
        long opened = 0;
        for (int run = 0; run < 2000; run++)
        {
            GatePolicy policy = AnyPolicy(random);
            VerdictGate gate = new(policy, _now);
            int takenWhileClosed = gate.Generation;
            for (int i = 0; i < 200; i++)
            {
                _now += TimeSpan.FromMilliseconds(random.Next(0, 4000));
                (GateState before, int generation) = (gate.State, gate.Generation);
                Input happens = (Input)random.Next(Inputs.Length);
                GateStep step = Apply(gate, happens);
                Assert.True(gate.NextTimeout > _now || happens != Input.Timeout);
                Assert.Equal(before != gate.State, step.Changed);
                if (before != GateState.Open && gate.IsOpen)
                {
                    opened++;
                    Assert.Equal(Input.Clean, happens);
                    Assert.NotEqual(GateState.Blocked, before);
                    Assert.Equal(takenWhileClosed, generation);
                }
                else if (before == GateState.Open && !gate.IsOpen)
                {
                    Assert.True(gate.Generation > generation, "closed, and frames taken before still count");
                }

                Assert.True(before != GateState.Blocked || gate.State == GateState.Blocked || happens == Input.Released);
                takenWhileClosed = gate.Generation;
            }
        }

        Assert.InRange(opened, 5_000, 200_000);
    }

    /// <summary>Whatever came before, two or more clean frames without a suspect one open whatever is not blocked.</summary>
    [Fact]
    public void Clean_frames_open_whatever_is_not_blocked()
    {
        Random random = new(12);
        for (int run = 0; run < 2000; run++)
        {
            GatePolicy policy = AnyPolicy(random);
            VerdictGate gate = new(policy, _now);
            for (int i = random.Next(0, 40); i > 0; i--)
            {
                _now += TimeSpan.FromMilliseconds(random.Next(0, 4000));
                Apply(gate, (Input)random.Next(Inputs.Length));
            }

            if (gate.State != GateState.Blocked)
            {
                gate.HandleResumed(_now);
                for (int i = 0; i < policy.BurstFrames; i++)
                {
                    Judge(gate, Verdict.Clean);
                }

                Assert.True(gate.IsOpen);
            }
        }
    }

    private VerdictGate Reach(GatePolicy policy, Place place)
    {
        VerdictGate gate = new(policy, _now);
        if (place != Place.Unseen)
        {
            Judge(gate, Verdict.Clean);
        }

        switch (place)
        {
            case Place.Stale:
                TimeOut(gate);
                break;
            case Place.PausedOpen:
                gate.HandlePaused(_now);
                break;
            case Place.Unseen or Place.Open:
                break;
            default:
                Judge(gate, Verdict.Suspect);
                break;
        }

        switch (place)
        {
            case Place.BurstOneSuspect:
                Judge(gate, Verdict.Suspect);
                break;
            case Place.BurstOneClean:
                Judge(gate, Verdict.Clean);
                break;
            case Place.Blocked:
                Judge(gate, Verdict.Suspect);
                Judge(gate, Verdict.Suspect);
                break;
            case Place.PausedBurst:
                gate.HandlePaused(_now);
                break;
        }

        return gate;
    }

    private GateStep Apply(VerdictGate gate, Input happens)
    {
        switch (happens)
        {
            case Input.Clean:
                return Judge(gate, Verdict.Clean);
            case Input.OldClean:
                return gate.HandleVerdict(Verdict.Clean, gate.Generation - 1, _now);
            case Input.Suspect:
                return Judge(gate, Verdict.Suspect);
            case Input.OldSuspect:
                return gate.HandleVerdict(Verdict.Suspect, gate.Generation - 1, _now);
            case Input.Unknown:
                return Judge(gate, Verdict.Unknown);
            case Input.Wanted:
                gate.HandleSampleWanted(_now);
                return default;
            case Input.Paused:
                return gate.HandlePaused(_now);
            case Input.Resumed:
                return gate.HandleResumed(_now);
            case Input.Released:
                return gate.HandleReleased(_now);
            default:
                return TimeOut(gate);
        }
    }

    private GateStep TimeOut(VerdictGate gate)
    {
        _now = gate.NextTimeout != Instant.Never && gate.NextTimeout > _now ? gate.NextTimeout : _now;
        return gate.HandleTimeout(_now);
    }

    private GateStep Judge(VerdictGate gate, Verdict verdict) => gate.HandleVerdict(verdict, gate.Generation, _now);

    private static GatePolicy AnyPolicy(Random random)
    {
        int frames = random.Next(1, 6);
        return new GatePolicy
        {
            Actions = (ConfirmedActions)random.Next(0, 16),
            BurstFrames = frames,
            BurstConfirms = random.Next(1, frames + 1),
            VerdictTimeout = TimeSpan.FromSeconds(random.Next(1, 20)),
        };
    }
}
