using System.Globalization;
using Relay.Load.Servers;
using Relay.Load.Traffic;
using Relay.Testing.Api;

namespace Relay.Load.Benches;

/// <summary>Allocates and Binding requests from everywhere, without credentials, while pairs talk, half of them through TURN.</summary>
internal static class TurnFloodBench
{
    private const int Pairs = 50;

    // 200,000 a second on the whole: a real-time thread gets 95 % of a core.
    private const double PerSecond = 210_000;

    private const double PacketsPerSecond = 5000;
    private const int PacketBytes = 160;
    private const double AnswerRatioMax = 1.6;
    private const double HeaderBytes = 20 + 8;
    private const double GrowthMaxMegabytes = 4;

    public static async Task RunAsync(BenchReport report, BenchSettings settings)
    {
        await using TurnRelay relay = await TurnRelay.StartAsync(settings.ServerCpus);
        using var legs = new LegSet(new LegPlan { Groups = Pairs, Kind = MediaKind.Audio, Turn = TurnPath.HalfToMedia });
        await relay.OpenAsync(legs);
        var options = new TrafficOptions { Kind = MediaKind.Audio, PacketsPerSecond = PacketsPerSecond, PacketBytes = PacketBytes, Duration = TimeSpan.FromSeconds(settings.IsQuick ? 5 : 30) };
        (uint address, int port) = (legs.Legs[0].ServerAddress, legs.Legs[0].ServerPort);

        // What is made once, such as the pages of the packet pool and of the table of prefixes, is there before memory is read.
        using (var first = new StunFlood(PerSecond, new Random(1)))
        {
            legs.Run.HandleTurn = () => first.Turn(address, port);
            Measurement.Run(relay, legs, options with { Duration = TimeSpan.FromSeconds(3) }, new Random(1));
        }

        using var flood = new StunFlood(PerSecond, new Random(2));
        double rate = 0;
        MetricsSnapshot before = await relay.ScrapeAsync();
        double residentBefore = ProcessUsage.ResidentBytes(relay.ProcessId) / 1e6;
        legs.Run.HandleTurn = () =>
        {
            flood.Turn(address, port);
            rate = flood.PerSecond;
        };
        TrafficResult result = Measurement.Run(relay, legs, options, new Random(1));
        flood.TakeAnswers();
        double residentAfter = ProcessUsage.ResidentBytes(relay.ProcessId) / 1e6;
        MetricsSnapshot after = await relay.ScrapeAsync();
        Console.WriteLine(ResultText.ToLine(result));

        // Answers that the generator was too late for were sent all the same. What counts is what a victim's line would carry.
        double answers = Change("relay_socket_sent_total") - result.Received - result.Others;
        double answerBytes = ((flood.AnswerBytes / (double)Math.Max(1, flood.Answers)) + HeaderBytes) * answers;
        double askedBytes = flood.SentBytes + (HeaderBytes * flood.Sent);
        report.Figure(string.Create(
            CultureInfo.InvariantCulture,
            $"flood, {flood.Sent} Allocates and Bindings in turns, {rate:F0} a second: {answers:F0} answers ({flood.Answers} seen), "
            + $"{askedBytes:F0} bytes asked, {answerBytes:F0} answered with IP and UDP headers; kernel dropped {Change("relay_socket_kernel_drops_total"):F0}; "
            + $"{100 * result.CpuShare:F0} % of a core, RSS {residentBefore:F1} to {residentAfter:F1} MB, "
            + $"{Change("relay_worker_allocated_bytes_total"):F0} bytes allocated by the packet thread"));
        report.Bar(result.Lost + result.Bad, $"packets lost of {result.Expected} of the pairs that talked, flood", 0, "F0");
        report.Bar(residentAfter - residentBefore, "MB of RSS more, flood", GrowthMaxMegabytes);
        report.Bar(answerBytes / askedBytes, "bytes sent for each byte received, flood", AnswerRatioMax, "F3");

        double Change(string family) => after.Sum(family) - before.Sum(family);
    }
}
