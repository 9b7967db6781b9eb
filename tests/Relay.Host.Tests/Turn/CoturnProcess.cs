using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Relay.Host.Tests.Turn;

/// <summary>What one run of turnutils_uclient says. Its exit code is 0 whatever was lost, so only the counts judge.</summary>
internal sealed record CoturnReport(long Sent, long Received, long Lost, string Output)
{
    public bool IsClean => Sent > 0 && Received == Sent && Lost == 0;
}

/// <summary>coturn's own client tools, as Debian packages them.</summary>
internal static partial class CoturnProcess
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs turnutils_uclient to its end.</summary>
    public static async Task<CoturnReport> RunClientAsync(string arguments)
    {
        string output = await RunAsync("turnutils_uclient", arguments);
        return new CoturnReport(
            Last(output, SentCount()), Last(output, ReceivedCount()), Last(output, LostCount(), ifMissing: -1), output);
    }

    /// <summary>Runs one of the tools to its end; returns what it printed.</summary>
    public static async Task<string> RunAsync(string program, string arguments)
    {
        using Process process = Start(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(RunLimit);
        }
        catch (TimeoutException)
        {
            process.Kill();
        }

        return await output + await errors;
    }

    public static Process Start(string program, string arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    }) ?? throw new InvalidOperationException(program + " did not start.");

    private static long Last(string output, Regex pattern, long ifMissing = 0) =>
        pattern.Matches(output).LastOrDefault() is { } match
            ? long.Parse(match.Groups["n"].ValueSpan, CultureInfo.InvariantCulture)
            : ifMissing;

    [GeneratedRegex("tot_send_msgs=(?<n>[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SentCount();

    [GeneratedRegex("tot_recv_msgs=(?<n>[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReceivedCount();

    [GeneratedRegex("Total lost packets (?<n>[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LostCount();
}
