using System.Runtime.InteropServices;

namespace Relay.Load.Traffic;

/// <summary>While it lives, its thread runs before everything else on its CPU (SCHED_FIFO), where that is allowed.</summary>
internal sealed unsafe partial class UrgentThread : IDisposable
{
    private const int Normal = 0;
    private const int Fifo = 1;
    private const int Priority = 10;
    private const long PauseNanoseconds = 20_000;

    public UrgentThread() => Set(Fifo, Priority);

    public void Dispose() => Set(Normal, 0);

    /// <summary>Sleeps about 20 microseconds.</summary>
    public void Pause()
    {
        long* time = stackalloc long[2];
        (time[0], time[1]) = (0, PauseNanoseconds);
        _ = Sleep(time, null);
    }

    private static void Set(int policy, int priority)
    {
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
        {
            _ = SetScheduler(0, policy, &priority);
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Sleep(long* time, long* left);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, int* priority);
}
