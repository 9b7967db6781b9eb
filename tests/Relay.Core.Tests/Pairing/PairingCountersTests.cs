using Relay.Core.Pairing;
using Xunit;

namespace Relay.Core.Tests.Pairing;

public class PairingCountersTests
{
    [Fact]
    public void Pairs_are_counted_by_mode_while_they_talk_and_for_ever()
    {
        var counters = new PairingCounters();
        counters.PairBegan(PairingMode.Text);
        counters.PairBegan(PairingMode.Video);
        counters.PairBegan(PairingMode.Video);
        counters.PairEnded(PairingMode.Video);
        Assert.Equal((1, 0, 1), (counters.Pairs(PairingMode.Text), counters.Pairs(PairingMode.Voice), counters.Pairs(PairingMode.Video)));
        Assert.Equal((1L, 2L), (counters.PairsMade(PairingMode.Text), counters.PairsMade(PairingMode.Video)));
        Assert.Equal(2, counters.AllPairs);
    }

    [Fact]
    public void The_queue_is_told_not_counted()
    {
        var counters = new PairingCounters();
        counters.SetWaiting(PairingMode.Voice, 3);
        counters.SetWaiting(PairingMode.Voice, 2);
        Assert.Equal((0, 2), (counters.Waiting(PairingMode.Text), counters.Waiting(PairingMode.Voice)));
    }
}
