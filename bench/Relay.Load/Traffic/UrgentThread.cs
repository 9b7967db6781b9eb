using System.Runtime.InteropServices;

namespace Relay.Load.Traffic;

/// <summary>While it lives, its thread runs before everything else on its CPU (SCHED_FIFO), where that is allowed.</summary>
internal sealed unsafe partial class UrgentThread : IDisposable
{
    private const int Normal = 0;
    private const int Fifo = 1;
    private const int Priority = 10;

    public UrgentThread() => Set(Fifo, Priority);

    public void Dispose() => Set(Normal, 0);

    private static void Set(int policy, int priority)
    {
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
        {
            _ = SetScheduler(0, policy, &priority);
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, int* priority);
}
