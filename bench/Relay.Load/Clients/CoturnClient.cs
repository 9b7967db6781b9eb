using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Relay.Load.Clients;

/// <summary>What one run of turnutils_uclient counted.</summary>
internal sealed record CoturnClientResult(long Sent, long Received, long Lost);

/// <summary>coturn's own client. Its exit code is 0 whatever was lost, so its counts are read.</summary>
internal static partial class CoturnClient
{
    private static readonly TimeSpan RunMax = TimeSpan.FromSeconds(60);

    public static async Task<CoturnClientResult> RunAsync(string arguments)
    {
        string output = await ReadAsync("turnutils_uclient", arguments);
        return new CoturnClientResult(Last(output, SentCount()), Last(output, ReceivedCount()), Last(output, LostCount()));
    }

    /// <summary>Runs one of coturn's tools; returns what it printed.</summary>
    public static async Task<string> ReadAsync(string program, string arguments)
    {
        using Process process = Start(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(RunMax);
        }
        catch (TimeoutException)
        {
            process.Kill();
        }

        return await output + await errors;
    }

    private static Process Start(string program, string arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    }) ?? throw new InvalidOperationException(program + " did not start.");

    // It prints counts now and then; the last ones are the sum.
    private static long Last(string output, Regex pattern) =>
        pattern.Matches(output).LastOrDefault() is { } match ? long.Parse(match.Groups["n"].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("tot_send_msgs=(?<n>[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SentCount();

    [GeneratedRegex("tot_recv_msgs=(?<n>[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReceivedCount();

    [GeneratedRegex("Total lost packets (?<n>[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LostCount();
}
