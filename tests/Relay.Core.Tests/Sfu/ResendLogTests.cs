using Relay.Core.Buffers;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class ResendLogTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(10);
    private static readonly Instant Start = new(TimeSpan.FromHours(1).Ticks);

    private readonly SharedArrays<ResentPacket> _tables = new(ResendLog.Size, 1);

    [Fact]
    public void A_packet_is_sent_again_once_in_its_wait()
    {
        var log = new ResendLog(_tables);
        Assert.Equal(0, _tables.InUse);
        Assert.True(log.TryNote(5, Wait, Start));
        Assert.False(log.TryNote(5, Wait, Start + Wait - new TimeSpan(1)));
        Assert.True(log.TryNote(6, Wait, Start));
        Assert.True(log.TryNote(5, Wait, Start + Wait));
        Assert.True(log.TryNote(5 + ResendLog.Size, Wait, Start + Wait));
    }

    [Fact]
    public void What_it_noted_of_one_source_says_nothing_of_the_next()
    {
        var log = new ResendLog(_tables);
        Assert.True(log.TryNote(5, Wait, Start));
        log.Clear();
        Assert.Equal(0, _tables.InUse);
        Assert.True(log.TryNote(5, Wait, Start));
        Assert.Equal(1, _tables.InUse);
        // Without a table nothing is sent again: what cannot be counted has no bound.
        var other = new ResendLog(_tables);
        Assert.False(other.TryNote(5, Wait, Start));
        other.Clear();
        Assert.Equal(1, _tables.InUse);
    }
}
