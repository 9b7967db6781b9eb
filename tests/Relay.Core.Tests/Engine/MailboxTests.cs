using Relay.Core.Engine;
using Xunit;

namespace Relay.Core.Tests.Engine;

public sealed class MailboxTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(65_536, 65_536)]
    public void The_capacity_is_rounded_up_to_a_power_of_two(int asked, int capacity)
    {
        Assert.Equal(capacity, new Mailbox<int>(asked).Capacity);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_537)]
    public void The_capacity_has_limits(int capacity)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Mailbox<int>(capacity));
    }

    [Fact]
    public void A_full_mailbox_refuses_and_keeps_what_it_has()
    {
        var mailbox = new Mailbox<int>(4);
        for (int lap = 0; lap < 10; lap++)
        {
            for (int i = 0; i < 4; i++)
            {
                Assert.True(mailbox.TryEnqueue(i));
            }

            Assert.False(mailbox.TryEnqueue(99));
            for (int i = 0; i < 4; i++)
            {
                Assert.True(mailbox.TryDequeue(out int value));
                Assert.Equal(i, value);
            }

            Assert.False(mailbox.TryDequeue(out int none));
            Assert.Equal(0, none);
        }
    }

    [Fact]
    public void Many_writers_and_one_reader_lose_and_double_nothing_and_keep_each_writers_order()
    {
        const int Writers = 4;
        const int PerWriter = 20_000;
        var mailbox = new Mailbox<(int Writer, int Number)>(64);
        Thread[] writers = [.. Enumerable.Range(0, Writers).Select(w => new Thread(() =>
        {
            for (int i = 0; i < PerWriter; i++)
            {
                while (!mailbox.TryEnqueue((w, i)))
                {
                    Thread.Yield();
                }
            }
        }))];
        foreach (Thread writer in writers)
        {
            writer.Start();
        }

        int[] next = new int[Writers];
        for (int received = 0; received < Writers * PerWriter;)
        {
            if (mailbox.TryDequeue(out (int Writer, int Number) value))
            {
                Assert.Equal(next[value.Writer]++, value.Number);
                received++;
            }
            else
            {
                Thread.Yield();
            }
        }

        foreach (Thread writer in writers)
        {
            writer.Join();
        }

        Assert.False(mailbox.TryDequeue(out _));
        Assert.All(next, n => Assert.Equal(PerWriter, n));
    }
}
