using System.Globalization;
using Relay.Core.Srtp;
using Relay.Load.Servers;
using Relay.Load.Traffic;

namespace Relay.Load.CommandLine;

/// <summary>Load by plain SRTP legs: pairs, or rooms of one sender and many listeners.</summary>
internal static class PlainCommand
{
    /// <summary>Packets that may be lost for a rate to count as carried.</summary>
    private const double LossMax = 0.001;

    public const string Usage =
        """
        plain: pairs of SRTP legs without ICE and DTLS
          --server relay|srtp|reflect|reflector   start one of these (default relay; srtp and reflect are the C programs,
                               reflector is the relay's sockets alone) and stop it at the end, or use a running relay:
          --admin URL --admin-key KEY --pid N   its admin API, and its process for CPU and memory
          --pairs N            pairs of legs, or rooms with --listeners (50)
          --listeners N        rooms of one sender and N listeners instead of pairs (0)
          --rate N             packets a second of each sending leg (200)
          --bytes N            of a plain RTP packet (1200)
          --burst N            packets that a leg sends back to back (1: evenly spaced)
          --profile gcm128|gcm256|cm   SRTP profile (gcm128)
          --kind video|audio   (video)
          --loss PERCENT       of the packets are numbered but not sent (0)
          --seconds N          length of a run (5);  --runs N: that many (1)
          --search             find the highest rate at under 0.1 % loss, from --rate on
          --json               a line of JSON for each run
          --server-cpu N --load-cpu N   CPUs (0 and the last one); --gather N: microseconds (C programs; 50)
        """;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var plan = new LegPlan
        {
            Groups = arguments.Number("pairs", 50, 1, 5000),
            Listeners = arguments.Number("listeners", 0, 0, 1000),
            Kind = arguments.OneOf("kind", "video", "video", "audio").Equals("video", StringComparison.Ordinal) ? MediaKind.Video : MediaKind.Audio,
            Profile = ProfileOf(arguments.OneOf("profile", "gcm128", "gcm128", "gcm256", "cm")),
        };
        int senders = plan.Listeners == 0 ? 2 * plan.Groups : plan.Groups;
        var options = new TrafficOptions
        {
            Kind = plan.Kind,
            PacketsPerSecond = senders * arguments.Fraction("rate", 200, 0.1, 1_000_000),
            PacketBytes = arguments.Number("bytes", 1200, MediaPackets.BytesMin, 1400),
            Burst = arguments.Number("burst", 1, 1, LoadSocket.TrainMax),
            Loss = arguments.Fraction("loss", 0, 0, 90) / 100,
            Duration = TimeSpan.FromSeconds(arguments.Fraction("seconds", 5, 0.1, 600)),
        };
        int runs = arguments.Number("runs", 1, 1, 1000);
        (bool isSearch, bool isJson) = (arguments.Flag("search"), arguments.Flag("json"));
        CpuPinning.PinLoad(arguments);
        plan = plan with { IsReflected = arguments.Text("server") is "reflect" or "reflector" };
        await using IMediaServer server = await ServerOfAsync(arguments);
        arguments.EnsureAllRead();

        using var legs = new LegSet(plan);
        await server.OpenAsync(legs);
        var random = new Random(1);
        Func<TrafficResult, string> print = isJson ? ResultText.ToJson : ResultText.ToLine;
        if (isSearch)
        {
            Search(server, legs, options, random, print);
            return 0;
        }

        for (int i = 0; i < runs; i++)
        {
            Console.WriteLine(print(Measurement.Run(server, legs, options, random)));
        }

        return 0;
    }

    public static SrtpProfile ProfileOf(string name) => name switch
    {
        "gcm256" => SrtpProfile.AeadAes256Gcm,
        "cm" => SrtpProfile.Aes128CmSha1_80,
        _ => SrtpProfile.AeadAes128Gcm,
    };

    private static async Task<IMediaServer> ServerOfAsync(Arguments arguments)
    {
        string cpus = CpuPinning.ServerCpus(arguments);
        string gather = arguments.Number("gather", 50, 0, 1000).ToString(CultureInfo.InvariantCulture);
        string server = arguments.OneOf("server", "relay", "relay", "srtp", "reflect", "reflector");
        (string? admin, string? key) = (arguments.Text("admin"), arguments.Text("admin-key"));
        int processId = arguments.Number("pid", 0, 1, int.MaxValue);
        if (admin is not null)
        {
            return key is null || processId == 0
                ? throw new UsageException("--admin needs --admin-key and --pid.")
                : RelayServer.Attach(processId, null, new Uri(admin), key);
        }

        return server switch
        {
            "relay" => await RelayServer.StartAsync(cpus, isAlone: true, hasAdmin: true),
            "srtp" => new LimitServer("srtp", cpus, "--gro", "--gso", "--gather", gather),
            "reflector" => new ReflectorServer(cpus, "--gro", "--gso", "--gather", gather),
            _ => new LimitServer("reflect", cpus, "--gro", "--gso", "--gather", gather),
        };
    }

    // Doubles until packets are lost, then halves the gap until it is under 2 %.
    private static void Search(IMediaServer server, LegSet legs, TrafficOptions options, Random random, Func<TrafficResult, string> print)
    {
        double good = 0;
        double bad = double.PositiveInfinity;
        for (double rate = options.PacketsPerSecond; good == 0 ? rate >= 1 : bad > good * 1.02;)
        {
            TrafficResult result = Measurement.Run(server, legs, options with { PacketsPerSecond = rate }, random);
            bool isLate = result.LateSeconds > 0.05 * result.Seconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rate:F0}/s{(isLate ? " (the generator was late)" : "")}: {print(result)}"));
            bool isCarried = result.LossShare < LossMax && !isLate;
            good = isCarried ? rate : good;
            bad = isCarried ? bad : rate;
            rate = good == 0 ? rate / 2 : double.IsInfinity(bad) ? rate * 2 : (good + bad) / 2;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"highest rate at under 0.1 % loss: {good:F0} packets/s"));
    }
}
