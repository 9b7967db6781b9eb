using System.Diagnostics;
using System.Globalization;

namespace Relay.Load.CommandLine;

/// <summary>Server and load on CPUs of their own.</summary>
internal static class CpuPinning
{
    /// <summary>All processors, as taskset takes them: a child would inherit this process's own pin.</summary>
    public static string AnyCpus { get; } = string.Create(CultureInfo.InvariantCulture, $"0-{Math.Min(Environment.ProcessorCount, 64) - 1}");

    /// <summary>What taskset takes for the server.</summary>
    public static string ServerCpus(Arguments arguments) =>
        arguments.Number("server-cpu", 0, 0, 63).ToString(CultureInfo.InvariantCulture);

    /// <summary>Pins this process, unless the machine has one CPU only.</summary>
    public static void PinLoad(Arguments arguments)
    {
        int last = Math.Min(Environment.ProcessorCount, 64) - 1;
        int cpu = arguments.Number("load-cpu", last, 0, last);
        Pin(cpu);
    }

    /// <summary>Pins this process to a CPU.</summary>
    public static void Pin(int cpu)
    {
        using Process self = Process.GetCurrentProcess();
        if (OperatingSystem.IsLinux() && Environment.ProcessorCount > 1)
        {
            self.ProcessorAffinity = (nint)(1L << cpu);
        }
    }
}
