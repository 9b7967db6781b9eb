using System.Diagnostics;
using System.Runtime.InteropServices;
using static Relay.Host.Platform.LinuxSystemCalls;

namespace Relay.Host.Platform;

/// <summary>
/// What a packet thread asks of the system for itself: a processor, a priority, short sleeps. Everything acts on the calling
/// thread. Linux only; elsewhere everything is refused.
/// </summary>
internal static unsafe class PacketThread
{
    /// <summary>Processors are numbered below this.</summary>
    public const int ProcessorsMax = 1024;

    /// <summary>The highest SCHED_FIFO priority.</summary>
    public const int PriorityMax = 99;

    // The shortest that the scheduler takes; its usual one is about 3 ms.
    private const ulong TurnNanoseconds = 100_000;

    // A short sleep is of use if it lasts no longer than this; what the system rounds up to its tick lasts 1 to 10 ms.
    private static readonly TimeSpan PauseLongest = TimeSpan.FromMicroseconds(300);
    private const int TriesMax = 20;

    /// <summary>Runs on this processor only.</summary>
    /// <returns>False if there is no such processor, or the process may not use it.</returns>
    public static bool TryPin(int processor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(processor);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(processor, ProcessorsMax);
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        ulong* mask = stackalloc ulong[ProcessorsMax / 64];
        new Span<ulong>(mask, ProcessorsMax / 64).Clear();
        mask[processor / 64] = 1UL << (processor % 64);
        return SetAffinity(0, ProcessorsMax / 8, mask) == 0;
    }

    /// <summary>Runs before every thread of normal priority (SCHED_FIFO). Threads started from here on do not inherit it.</summary>
    /// <param name="priority">1 to <see cref="PriorityMax"/>.</param>
    /// <returns>False if the process may not: it needs CAP_SYS_NICE or a limit (RLIMIT_RTPRIO).</returns>
    public static bool TrySetRealtimePriority(int priority) =>
        OperatingSystem.IsLinux() && SetScheduler(0, SchedulerFifo | SchedulerResetOnFork, &priority) == 0;

    /// <summary>
    /// Asks for the shortest turns on the processor. The scheduler gives a thread that wakes up the processor at once if its turn
    /// would end before that of the thread that runs, so a packet need not wait for the end of an API request's turn of
    /// milliseconds. The thread's share of the processor stays what it was, and it needs no privilege.
    /// </summary>
    /// <returns>False if the kernel does not know this (before Linux 6.12).</returns>
    public static bool TryUseShortTurns()
    {
        (int get, int set) = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => (315, 314),
            Architecture.Arm64 => (275, 274),
            _ => (0, 0),
        };
        if (!OperatingSystem.IsLinux() || get == 0)
        {
            return false;
        }

        SchedulerAttributes attributes = default;
        attributes.Size = (uint)sizeof(SchedulerAttributes);
        if (SchedulerCall(get, 0, &attributes, sizeof(SchedulerAttributes), 0) != 0)
        {
            return false;
        }

        attributes.Runtime = TurnNanoseconds;
        return SchedulerCall(set, 0, &attributes, 0, 0) == 0
            && SchedulerCall(get, 0, &attributes, sizeof(SchedulerAttributes), 0) == 0
            && attributes.Runtime == TurnNanoseconds;
    }

    /// <summary>
    /// Asks for timers that are not put off for the sake of others (by default up to 50 us), and tries how they do.
    /// </summary>
    /// <returns>True if <see cref="Pause"/> sleeps about as long as it should.</returns>
    public static bool TryUseShortPauses(TimeSpan pause)
    {
        if (!OperatingSystem.IsLinux() || ProcessControl(SetTimerSlack, 1, 0, 0, 0) != 0)
        {
            return false;
        }

        for (int i = 0; i < TriesMax; i++)
        {
            // The best of some tries: on a busy machine a thread may have to wait for its processor.
            long start = Stopwatch.GetTimestamp();
            Pause(pause);
            if (Stopwatch.GetElapsedTime(start) <= pause + PauseLongest)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Sleeps that long, below a second; less if a signal comes.</summary>
    public static void Pause(TimeSpan time)
    {
        var span = new TimeSpec { Nanoseconds = (nint)(time.Ticks * TimeSpan.NanosecondsPerTick) };
        _ = Sleep(ClockMonotonic, 0, &span, null);
    }
}
