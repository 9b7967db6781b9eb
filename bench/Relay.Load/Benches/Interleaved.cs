using System.Globalization;
using Relay.Load.Servers;
using Relay.Load.Traffic;

namespace Relay.Load.Benches;

/// <summary>A server with the legs that it was given.</summary>
internal sealed record Contestant(string Name, IMediaServer Server, LegSet Legs);

/// <summary>Two servers under the same traffic in turns, so that what disturbs the machine disturbs both.</summary>
internal sealed class Interleaved
{
    // More is lost than by chance: the rate is above what one of the two carries.
    private const double LossMax = 0.001;
    private const double CalibrationSeconds = 0.5;
    private const int RateSteps = 12;
    private const int TriesMax = 4;
    private const double RateGap = 1.05;
    private const double LateShareMax = 0.05;

    private readonly Random _random = new(1);

    /// <summary>Rounds that count; one more before them warms up.</summary>
    public required int Rounds { get; init; }

    public required TimeSpan RunTime { get; init; }

    /// <summary>The highest rate from the given one downwards, in steps of a fifth, that both carry.</summary>
    /// <exception cref="InvalidOperationException">They carry none.</exception>
    public TrafficOptions FindRate(TrafficOptions options, params IReadOnlyList<Contestant> contestants)
    {
        TrafficOptions tried = options with { Duration = TimeSpan.FromSeconds(CalibrationSeconds) };
        TrafficResult? last = null;
        for (int step = 0; step < RateSteps; step++)
        {
            if (contestants.All(c => Carries(c, tried, ref last)))
            {
                return options with { PacketsPerSecond = tried.PacketsPerSecond, Duration = RunTime };
            }

            tried = tried with { PacketsPerSecond = tried.PacketsPerSecond * 0.8 };
        }

        throw new InvalidOperationException("No rate was carried; the last run: " + (last is null ? "none" : ResultText.ToLine(last)));
    }

    /// <summary>Medians of the CPU time for each packet, in microseconds, in the order of the contestants.</summary>
    public double[] CpuMicroseconds(TrafficOptions options, params IReadOnlyList<Contestant> contestants) =>
        [.. Run(options, contestants).Select(results => Measurement.Median(results.Select(r => r.CpuMicroseconds)))];

    /// <summary>The results of all rounds that count, for each contestant.</summary>
    public IReadOnlyList<IReadOnlyList<TrafficResult>> Run(TrafficOptions options, params IReadOnlyList<Contestant> contestants)
    {
        List<TrafficResult>[] results = [.. contestants.Select(_ => new List<TrafficResult>())];
        for (int round = 0; round <= Rounds; round++)
        {
            for (int i = 0; i < contestants.Count; i++)
            {
                TrafficResult result = Measurement.Run(contestants[i].Server, contestants[i].Legs, options, _random);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {contestants[i].Name,-12} {options.PacketsPerSecond,7:F0}/s burst {options.Burst,2}{(round == 0 ? " (warm-up)" : "")}: {ResultText.ToLine(result)}"));
                if (result.Bad > 0)
                {
                    throw new InvalidOperationException($"{contestants[i].Name} sent packets that are not authentic, or not what was sent.");
                }

                if (round > 0)
                {
                    results[i].Add(result);
                }
            }
        }

        return results;
    }

    /// <summary>The highest rate that it carries, within 5 %, looked for from the given one on; the generator's own is the end.</summary>
    public double HighestRate(TrafficOptions options, Contestant contestant)
    {
        options = options with { Duration = TimeSpan.FromSeconds(CalibrationSeconds) };
        // Half as much again until packets are lost, then half of the gap.
        double good = 0;
        double bad = double.PositiveInfinity;
        for (double rate = options.PacketsPerSecond; good == 0 ? rate >= 1 : bad > good * RateGap;)
        {
            TrafficResult? last = null;
            bool isCarried = Carries(contestant, options with { PacketsPerSecond = rate }, ref last);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {contestant.Name,-12} {rate,7:F0}/s burst {options.Burst,2}: {(isCarried ? "carried" : "not carried")}, {ResultText.ToLine(last!)}"));
            if (isCarried && last!.LateSeconds > LateShareMax * last.Seconds)
            {
                // The generator has sent less than it was told.
                return Math.Max(good, last.Sent / last.Seconds);
            }

            good = isCarried ? rate : good;
            bad = isCarried ? bad : rate;
            rate = good == 0 ? rate / 2 : double.IsInfinity(bad) ? rate * 1.5 : (good + bad) / 2;
        }

        return good;
    }

    // Some tries: a process that just started is slow, and on a shared machine something else may have had the CPU.
    private bool Carries(Contestant contestant, TrafficOptions options, ref TrafficResult? last)
    {
        for (int i = 0; i < TriesMax; i++)
        {
            last = Measurement.Run(contestant.Server, contestant.Legs, options, _random);
            if (last.LossShare < LossMax)
            {
                return true;
            }
        }

        return false;
    }
}
