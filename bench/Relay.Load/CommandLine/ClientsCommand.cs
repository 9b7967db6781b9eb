using System.Globalization;
using Relay.Load.Clients;
using Relay.Load.Servers;
using Relay.Load.Traffic;

namespace Relay.Load.CommandLine;

/// <summary>Load by full clients: sessions, sockets, ICE, DTLS, SRTP, paired by the relay.</summary>
internal static class ClientsCommand
{
    public const string Usage =
        """
        clients: pairs of full clients (API, WebSocket, ICE, DTLS, SRTP)
          --api URL --pid N    a relay that runs on this machine, with limits that let so many clients in from one address;
                               without --api one is started and stopped at the end
          --pairs N            (50);  --active N: of them send and receive, the others stay connected (all)
          --rate N             packets a second of each active client (50)
          --bytes N --burst N --loss PERCENT --seconds N --runs N --json   as with plain
        """;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        int pairs = arguments.Number("pairs", 50, 1, 5000);
        int active = arguments.Number("active", pairs, 1, pairs);
        var options = new TrafficOptions
        {
            PacketsPerSecond = 2 * active * arguments.Fraction("rate", 50, 0.1, 100_000),
            PacketBytes = arguments.Number("bytes", 1200, MediaPackets.BytesMin, 1400),
            Burst = arguments.Number("burst", 1, 1, LoadSocket.TrainMax),
            Loss = arguments.Fraction("loss", 0, 0, 90) / 100,
            Duration = TimeSpan.FromSeconds(arguments.Fraction("seconds", 5, 0.1, 600)),
            SharesCpu = true,
        };
        int runs = arguments.Number("runs", 1, 1, 1000);
        bool isJson = arguments.Flag("json");
        (string? api, int processId) = (arguments.Text("api"), arguments.Number("pid", 0, 1, int.MaxValue));
        if (api is not null && processId == 0)
        {
            throw new UsageException("--api needs --pid, the relay's process.");
        }

        arguments.EnsureAllRead();
        await using RelayServer relay = api is null
            ? await RelayServer.StartAsync(cpus: null, isAlone: false, hasAdmin: false, LegLimits(pairs))
            : RelayServer.Attach(processId, new Uri(api), admin: null, key: string.Empty);
        await using var fleet = new ClientFleet(relay.Api!, 2 * pairs);
        fleet.ConnectAll(text => Console.Error.WriteLine(text));
        Activate(fleet, active);
        var random = new Random(1);
        for (int i = 0; i < runs; i++)
        {
            TrafficResult result = Measurement.Run(relay, fleet.Run, options, random);
            Console.WriteLine(isJson ? ResultText.ToJson(result) : ResultText.ToLine(result));
        }

        return 0;
    }

    /// <summary>Lets the first pairs send.</summary>
    public static void Activate(ClientFleet fleet, int pairs)
    {
        foreach (FullClient client in fleet.Clients)
        {
            client.Leg.Sends = client.Leg.Index < 2 * pairs;
            client.Leg.Listeners = 1;
        }
    }

    /// <summary>Options of a relay that takes so many pairs on one worker.</summary>
    public static string[] LegLimits(int pairs, int workers = 1)
    {
        string legs = Math.Max(2, ((2 * pairs) + workers - 1) / workers).ToString(CultureInfo.InvariantCulture);
        return [$"--Media:MaxLegsPerWorker={legs}", $"--Media:LegsPerWorkerTarget={legs}", string.Create(CultureInfo.InvariantCulture, $"--Media:Workers={workers}")];
    }
}
