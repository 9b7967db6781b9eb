using System.Globalization;
using System.Text.RegularExpressions;

namespace Relay.Testing.Coturn;

/// <summary>What a run of turnutils_uclient counted. Its exit code is 0 whatever was lost, so only its counts judge.</summary>
/// <param name="Sent">Messages.</param>
/// <param name="Received">Messages that came back, or arrived at its other client.</param>
/// <param name="Lost">What it calls lost; -1 if it did not come so far as to say.</param>
/// <param name="Output">All that it printed.</param>
public sealed partial record CoturnReport(long Sent, long Received, long Lost, string Output)
{
    /// <summary>Which run it is of; more than 1 if those before were not clean.</summary>
    public int Run { get; init; } = 1;

    public bool IsClean => Sent > 0 && Received == Sent && Lost == 0;

    /// <summary>Messages that did not arrive, by whichever of its counts says more.</summary>
    public long Missing => Math.Max(Lost, Sent - Received);

    /// <summary>Reads what it printed.</summary>
    public static CoturnReport Parse(string output) =>
        new(Last(output, SentCount(), 0), Last(output, ReceivedCount(), 0), Last(output, LostCount(), -1), output);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"sent {Sent}, received {Received}, lost {Lost}{(Run > 1 ? $" in run {Run}" : string.Empty)}");

    // It prints counts now and then; the last ones are the sum.
    private static long Last(string output, Regex pattern, long ifMissing) =>
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
