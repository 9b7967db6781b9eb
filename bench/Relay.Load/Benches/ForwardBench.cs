using System.Globalization;
using Relay.Core.Srtp;
using Relay.Load.Servers;
using Relay.Load.Traffic;

namespace Relay.Load.Benches;

/// <summary>
/// Pairs of SRTP legs through the relay and through bench/limit/srtp, both with GRO, GSO and gathering, both on one CPU:
/// CPU time for each packet of 1,200 bytes. Beside them runs bench/limit/reflect, which sends back what it received: what it
/// takes of the C relay's time is the floor of the ratio, a relay whose cipher costs nothing.
/// </summary>
internal static class ForwardBench
{
    private const int Pairs = 50;

    private static readonly (SrtpProfile Profile, string Name, double EvenMax, double BurstMax)[] Profiles =
    [
        (SrtpProfile.AeadAes128Gcm, "AES-128-GCM", 0.80, 0.60),
        (SrtpProfile.Aes128CmSha1_80, "AES-CM-SHA1", 0.85, 0.70),
    ];

    // Packets back to back, and the rate to begin with: near what one core of today carries.
    private static readonly (int Burst, double PacketsPerSecond)[] Shapes = [(1, 200_000), (2, 200_000), (4, 250_000), (10, 400_000)];

    public static async Task<int> RunAsync(BenchSettings settings)
    {
        var report = new BenchReport("forward");
        var interleaved = new Interleaved { Rounds = settings.IsQuick ? 3 : 9, RunTime = TimeSpan.FromSeconds(settings.IsQuick ? 0.7 : 1.5) };
        await using RelayServer relay = await RelayServer.StartAsync(settings.ServerCpus, isAlone: true, hasAdmin: true);
        foreach ((SrtpProfile profile, string name, double evenMax, double burstMax) in Profiles)
        {
            var plan = new LegPlan { Groups = Pairs, Profile = profile };
            using var relayLegs = new LegSet(plan);
            using var limitLegs = new LegSet(plan);
            using var floorLegs = new LegSet(new LegPlan { Groups = Pairs, IsReflected = true });
            await using var limit = new LimitServer("srtp", settings.ServerCpus, settings.LimitOptions);
            await using var floor = new LimitServer("reflect", settings.ServerCpus, settings.LimitOptions);
            await relay.OpenAsync(relayLegs);
            await limit.OpenAsync(limitLegs);
            await floor.OpenAsync(floorLegs);
            Contestant[] contestants = [new("C", limit, limitLegs), new("relay", relay, relayLegs), new("C, no crypto", floor, floorLegs)];
            foreach ((int burst, double rate) in Shapes)
            {
                TrafficOptions options = interleaved.FindRate(new TrafficOptions { PacketsPerSecond = rate, Burst = burst }, contestants);
                double[] cpu = interleaved.CpuMicroseconds(options, contestants);
                string shape = burst == 1 ? "evenly spaced" : string.Create(CultureInfo.InvariantCulture, $"bursts of {burst}");
                report.Figure(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}, {shape}, {options.PacketsPerSecond:F0} packets/s: C {cpu[0]:F3} us, relay {cpu[1]:F3} us a packet, ratio {cpu[1] / cpu[0]:F3}; C without crypto {cpu[2]:F3} us, {cpu[2] / cpu[0]:F3}"));
                if (burst is 1 or 10)
                {
                    report.Bar(cpu[1] / cpu[0], $"of the C relay's CPU a packet, {name}, {shape}", burst == 1 ? evenMax : burstMax);
                }
            }
        }

        return report.ExitCode;
    }
}
