using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class WakeSignalTests
{
    [Fact]
    public async Task A_wait_ends_with_the_next_event()
    {
        var signal = new WakeSignal();
        Task wait = signal.WaitAsync().AsTask();
        Assert.False(wait.IsCompleted);
        signal.Set();
        await wait;
        Assert.False(signal.WaitAsync().AsTask().IsCompleted);
    }

    [Fact]
    public void Events_before_a_wait_are_one_event()
    {
        var signal = new WakeSignal();
        signal.Set();
        signal.Set();
        Assert.True(signal.WaitAsync().AsTask().IsCompletedSuccessfully);
        Assert.False(signal.WaitAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task No_event_is_lost_however_the_threads_meet()
    {
        const int Rounds = 100_000;
        var forth = new WakeSignal();
        var back = new WakeSignal();
        int asked = 0;
        int answered = 0;
        var answering = Task.Run(async () =>
        {
            while (answered < Rounds)
            {
                while (Volatile.Read(ref asked) == answered)
                {
                    await forth.WaitAsync();
                }

                Volatile.Write(ref answered, answered + 1);
                back.Set();
            }
        });
        for (int round = 1; round <= Rounds; round++)
        {
            Volatile.Write(ref asked, round);
            forth.Set();
            while (Volatile.Read(ref answered) < round)
            {
                await back.WaitAsync();
            }
        }

        await answering;
        Assert.Equal(Rounds, answered);
    }
}
