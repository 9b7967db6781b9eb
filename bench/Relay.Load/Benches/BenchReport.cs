using System.Globalization;

namespace Relay.Load.Benches;

/// <summary>Prints what a bench measured, in the form that bench.sh reads.</summary>
internal sealed class BenchReport(string name)
{
    private bool _hasFailed;

    /// <summary>1 once a bar was missed.</summary>
    public int ExitCode => _hasFailed ? 1 : 0;

    /// <summary>A figure without a bar.</summary>
    public void Figure(string text) => Console.WriteLine($"{name}: {text}");

    /// <summary>A figure that must be at most <paramref name="max"/>.</summary>
    /// <param name="what">What it is of, such as "of the C relay's CPU a packet, bursts of ten".</param>
    /// <param name="format">How many decimals, such as F2.</param>
    public void Bar(double value, string what, double max, string format = "F2")
    {
        bool passes = value <= max;
        _hasFailed |= !passes;
        string measured = value.ToString(format, CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {measured} {what} (bar: at most {max}) {(passes ? "pass" : "fail")}"));
    }
}
