using System.Globalization;

namespace Relay.Load.Servers;

/// <summary>What the kernel says that a process has used.</summary>
internal static class ProcessUsage
{
    /// <summary>
    /// CPU time of all threads alive, in nanoseconds, from /proc/PID/task/*/schedstat: the scheduler's own count, where
    /// /proc/PID/stat has steps of 10 ms.
    /// </summary>
    public static long CpuNanoseconds(int processId)
    {
        long sum = 0;
        foreach (string task in Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/task")))
        {
            try
            {
                string text = File.ReadAllText(Path.Combine(task, "schedstat"));
                sum += long.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // The thread has ended since it was listed.
            }
        }

        return sum;
    }

    /// <summary>Resident memory, in bytes.</summary>
    public static long ResidentBytes(int processId)
    {
        string text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/statm"));
        return long.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }
}
