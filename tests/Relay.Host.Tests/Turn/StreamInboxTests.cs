using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class StreamInboxTests
{
    [Fact]
    public void Buffers_are_made_when_needed_and_no_more_than_allowed()
    {
        var inbox = new StreamInbox(40, 1);
        Assert.Equal(0, inbox.Made);
        for (int i = 0; i < 40; i++)
        {
            Assert.True(inbox.TryRent(out int buffer));
            inbox.Buffer(buffer).Fill((byte)i);
        }

        Assert.False(inbox.TryRent(out _));
        for (int buffer = 0; buffer < 40; buffer++)
        {
            Assert.Equal(-1, inbox.Buffer(buffer).IndexOfAnyExcept((byte)buffer));
        }

        inbox.Return(7);
        Assert.True(inbox.TryRent(out int again));
        Assert.Equal(7, again);
        Assert.Equal(40, inbox.Made);
    }

    [Fact]
    public void There_is_room_for_every_buffer_and_every_end()
    {
        var inbox = new StreamInbox(5, 4);
        for (int i = 0; i < 9; i++)
        {
            inbox.Add(new StreamInboxEntry { Slot = i });
        }

        for (int i = 0; i < 9; i++)
        {
            Assert.True(inbox.TryTake(out StreamInboxEntry entry));
            Assert.Equal(i, entry.Slot);
        }

        Assert.False(inbox.TryTake(out _));
    }
}
