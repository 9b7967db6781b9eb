using System.Globalization;
using Relay.Load.Clients;
using Relay.Load.Traffic;
using Relay.Testing;

namespace Relay.Load.Servers;

/// <summary>coturn with one relay thread and without logs, for pairs of allocations.</summary>
internal sealed class CoturnServer : IMediaServer
{
    private readonly string _pidFile = Path.GetTempFileName();
    private readonly int _port = FreePort.Take();
    private readonly ServerProcess _process;

    /// <param name="cpus">What taskset takes.</param>
    public CoturnServer(string? cpus) => _process = ServerProcess.Start(
        cpus,
        isAlone: true,
        [
            "turnserver", "-n", "-L", "127.0.0.1", "-E", "127.0.0.1", "-p", _port.ToString(CultureInfo.InvariantCulture),
            "-m", "1", "--allow-loopback-peers", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp", "--no-tcp-relay",
            "-a", "-u", $"{TurnUserAccount.Name}:{TurnUserAccount.Password}", "-r", TurnUserAccount.Realm,
            "--no-software-attribute", "--no-stdout-log", "-l", "/dev/null", "--simple-log", "--pidfile", _pidFile,
        ]);

    public string Name => "coturn";

    public int ProcessId => _process.Id;

    public Task OpenAsync(LegSet legs)
    {
        new TurnLegs(legs, LimitServer.Loopback, _port).OpenPairs();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        File.Delete(_pidFile);
    }
}
