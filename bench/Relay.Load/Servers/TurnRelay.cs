using System.Globalization;
using Relay.Load.Clients;
using Relay.Load.Traffic;
using Relay.Testing;
using Relay.Testing.Api;

namespace Relay.Load.Servers;

/// <summary>
/// The relay as a TURN server for legs of load: all between them stays in the process, and its limits on one user and one
/// allocation, which load is bound to meet, are off.
/// </summary>
internal sealed class TurnRelay : IMediaServer
{
    private readonly RelayServer _relay;
    private readonly int _port;
    private readonly RelayApiClient _api;

    private TurnRelay(RelayServer relay, int port)
    {
        _relay = relay;
        _port = port;
        _api = new RelayApiClient(relay.Api!);
    }

    public string Name => "relay";

    public int ProcessId => _relay.ProcessId;

    public static async Task<TurnRelay> StartAsync(string? cpus)
    {
        int port = FreePort.Take();
        RelayServer relay = await RelayServer.StartAsync(
            cpus,
            isAlone: true,
            hasAdmin: true,
            string.Create(CultureInfo.InvariantCulture, $"--Media:Port={port}"),
            "--Turn:AllowedPeers:0=127.0.0.1",
            $"--Turn:Realm={TurnUserAccount.Realm}",
            $"--Turn:Users:0={TurnUserAccount.Name}:{TurnUserAccount.Password}",
            "--Turn:AllocationsPerUser=10000",
            "--Turn:BytesPerSecondPerAllocation=0");
        return new TurnRelay(relay, port);
    }

    public Task<MetricsSnapshot> ScrapeAsync() => _api.ScrapeAsync();

    public async Task OpenAsync(LegSet legs)
    {
        var turn = new TurnLegs(legs, LimitServer.Loopback, _port);
        if (legs.Plan.Turn == TurnPath.BetweenAllocations)
        {
            turn.OpenPairs();
            return;
        }

        await _relay.OpenAsync(legs);
        turn.OpenToMedia(legs.Legs[0].ServerAddress, legs.Legs[0].ServerPort);
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _relay.DisposeAsync();
    }
}
