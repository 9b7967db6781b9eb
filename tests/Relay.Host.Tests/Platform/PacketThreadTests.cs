using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class PacketThreadTests
{
    [Fact]
    public void A_thread_is_pinned_to_a_processor_that_is_there()
    {
        (bool Own, bool Beyond, int Runs) outcome = OnThread(() =>
        {
            int processor = Thread.GetCurrentProcessorId();
            bool own = PacketThread.TryPin(processor);
            Thread.Yield();
            return (own, PacketThread.TryPin(PacketThread.ProcessorsMax - 1), Thread.GetCurrentProcessorId() - processor);
        });
        Assert.Equal((true, false, 0), outcome);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(PacketThread.ProcessorsMax)]
    public void A_number_that_no_processor_has_is_refused(int processor) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PacketThread.TryPin(processor));

    [Theory]
    [InlineData(0)]
    [InlineData(PacketThread.PriorityMax + 1)]
    public void A_priority_that_the_system_does_not_have_is_refused(int priority) =>
        Assert.False(OnThread(() => PacketThread.TrySetRealtimePriority(priority)));

    // Kernels say their version; before 6.12 there is no such thing.
    [Fact]
    public void Short_turns_are_had_where_the_kernel_knows_them() =>
        Assert.Equal(
            OperatingSystem.IsLinux() && Environment.OSVersion.Version >= new Version(6, 12), OnThread(PacketThread.TryUseShortTurns));

    [Fact]
    public void Pauses_are_short_and_not_shorter_than_asked_for()
    {
        TimeSpan shortest = OnThread(() =>
        {
            Assert.True(PacketThread.TryUseShortPauses(TimeSpan.FromMicroseconds(50)));
            return Enumerable.Range(0, 100).Min(_ =>
            {
                long start = System.Diagnostics.Stopwatch.GetTimestamp();
                PacketThread.Pause(TimeSpan.FromMicroseconds(50));
                return System.Diagnostics.Stopwatch.GetElapsedTime(start);
            });
        });
        Assert.True(shortest >= TimeSpan.FromMicroseconds(50));
    }

    private static T OnThread<T>(Func<T> run)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = run();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result : throw new InvalidOperationException("It failed on its thread.", failure);
    }
}
