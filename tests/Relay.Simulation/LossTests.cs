using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>What bad networks and impatient people cost: NACKs and keyframes have a price, and a budget.</summary>
public sealed class LossTests : IDisposable
{
    private readonly SimulatedRelay _relay = new();
    private readonly SimulatedPeer _a;
    private readonly SimulatedPeer _b;
    private readonly SimulatedPeer _c;

    public LossTests()
    {
        _a = new SimulatedPeer(_relay, 0, 1, 1);
        _b = new SimulatedPeer(_relay, 1, 1, 2);
        _c = new SimulatedPeer(_relay, 2, 1, 3);
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _c.Dispose();
        _relay.Dispose();
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    public void Loss_on_the_way_up_is_repaired_without_keyframes(double loss)
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 30, _a, _b);
        int asked = _a.KeyframeRequests;
        var random = new Random(7);
        _relay.LosesUp = d => IsMedia(d) && random.NextDouble() < loss;
        // The sequence numbers wrap within the first frames.
        Talk(_relay, 600, _a, _b);
        _relay.LosesUp = _ => false;
        Talk(_relay, 10, _a, _b);
        _relay.Run(TimeSpan.FromSeconds(1));
        AssertComplete(_b);
        Assert.InRange(_a.KeyframeRequests - asked, 0, 1);
        Assert.True(_relay.Engine.Counters.Recovered > 600 * 2 * 2 * loss / 2);
        Assert.Equal(0, _b.Rejected);
    }

    [Fact]
    public void Loss_that_is_never_repaired_costs_at_most_a_keyframe_a_second()
    {
        Pair(_relay, _a, _b);
        _a.AnswersNacks = false;
        Talk(_relay, 30, _a, _b);
        int asked = _a.KeyframeRequests;
        var random = new Random(7);
        _relay.LosesUp = d => IsMedia(d) && random.NextDouble() < 0.3;
        for (int i = 0; i < 300; i++)
        {
            Talk(_relay, 1, _a, _b);
            // The receiver complains all the time, too.
            _b.RequestKeyframe();
            _b.RequestRetransmission((ushort)(_b.Video.Last().Sequence - 1));
        }

        Assert.InRange(_a.KeyframeRequests - asked, 3, 14);
    }

    [Fact]
    public void Hammering_next_costs_a_source_a_keyframe_a_second()
    {
        Pair(_relay, _a, _b);
        _c.Connect();
        Talk(_relay, 30, _a, _b, _c);
        int asked = _a.KeyframeRequests;
        for (int i = 0; i < 200; i++)
        {
            _relay.Command(Command.Connect(_a.Id, (i % 2 == 0 ? _c : _b).Id, withVideo: true));
            Talk(_relay, 2, _a, _b, _c);
        }

        // 13 seconds.
        Assert.InRange(_a.KeyframeRequests - asked, 10, 19);
        // Who stays has its picture soon.
        Talk(_relay, 60, _a, _b, _c);
        Assert.Contains(_b.Video.TakeLast(20), p => p.IsFrom(1) && p.Time > _relay.Now - TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Jitter_that_reorders_is_taken_for_loss_only_at_first()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 30, _a, _b);
        var random = new Random(7);
        for (int i = 0; i < 900; i++)
        {
            foreach (byte[] packet in _a.SealFrame(keyframe: false, packets: 4))
            {
                _relay.Schedule(TimeSpan.FromMilliseconds(random.NextDouble() * 50), () => _relay.FromPeer(_a, packet));
            }

            if (i % 60 == 0)
            {
                _a.SendBinding();
                _b.SendBinding();
            }

            _relay.Run(Frame);
        }

        _relay.Run(TimeSpan.FromSeconds(1));
        AssertComplete(_b);
        // Copies that came although the packet was only late.
        Assert.InRange(_relay.Engine.Counters.Dropped(DropReason.Duplicate), 0, 900 * 4 / 20);
        Assert.Equal(1, _a.KeyframeRequests);
    }

    [Fact]
    public void A_lost_burst_comes_back_whole()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 60, _a, _b);
        int asked = _a.KeyframeRequests;
        for (int burst = 0; burst < 5; burst++)
        {
            _relay.LosesUp = IsMedia;
            for (int i = 0; i < 3; i++)
            {
                _a.SendFrame(keyframe: false, packets: 20);
                _relay.Run(Frame);
            }

            _relay.LosesUp = _ => false;
            Talk(_relay, 30, _a, _b);
        }

        AssertComplete(_b);
        Assert.Equal(300, _relay.Engine.Counters.Recovered);
        Assert.Equal(asked, _a.KeyframeRequests);
        // One compound with one message a burst, not one a packet.
        Assert.InRange(_a.NacksReceived, 5, 10);
    }

    private static bool IsMedia(byte[] datagram) =>
        DatagramClassifier.Classify(datagram) == DatagramKind.Rtp && datagram.Length > 500;
}
