using Relay.Testing.Coturn;

namespace Relay.Load.Benches;

/// <summary>coturn's own clients against the relay, in every way that they have: what they sent, got back and lost.</summary>
internal static class TurnClientsBench
{
    public static async Task RunAsync(BenchReport report)
    {
        await using PublicTurnRelays relays = await PublicTurnRelays.StartAsync();
        IReadOnlyList<CoturnWay> ways = CoturnWay.All(relays);
        // Each waits some seconds by itself, so that all run at once.
        CoturnReport[] results = await Task.WhenAll(ways.Select(way => way.RunAsync()));
        foreach ((CoturnWay way, CoturnReport result) in ways.Zip(results))
        {
            report.Figure($"coturn's client, {way.Name}: {result}");
        }

        int unanswered = 0;
        foreach (CoturnQuestion question in CoturnQuestion.All(relays))
        {
            bool isAnswered = await question.FaultAsync() is null;
            report.Figure($"coturn's {question.Name}: {(isAnswered ? "learned what is so" : "did not learn what is so")}");
            unanswered += isAnswered ? 0 : 1;
        }

        report.Bar(results.Sum(result => result.Missing), "packets lost by coturn's clients", 0, "F0");
        report.Bar(results.Count(result => result.Sent == 0 || result.Lost < 0) + unanswered, "of coturn's clients without any success", 0, "F0");
    }
}
