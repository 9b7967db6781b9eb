using System.Globalization;
using System.Text.Json;
using Relay.Load.Traffic;

namespace Relay.Load.Servers;

/// <summary><see cref="Reflector"/> in a process of its own.</summary>
internal sealed class ReflectorServer(string? cpus, params string[] options) : IMediaServer
{
    private ServerProcess? _process;

    public string Name => "C#";

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("No legs yet.");

    public async Task OpenAsync(LegSet legs)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Relay.Load.dll");
        _process = ServerProcess.Start(cpus, isAlone: true, ["dotnet", "exec", program, "reflector", .. options]);
        int port = int.Parse(await _process.WaitForLineAsync("port "), CultureInfo.InvariantCulture);
        foreach (LoadLeg leg in legs.Legs)
        {
            (leg.ServerAddress, leg.ServerPort, leg.IncomingSsrc) = (LimitServer.Loopback, port, leg.Ssrc);
        }
    }

    /// <summary>Ends it; returns the bytes that its packet thread allocated once it was warm.</summary>
    public async Task<long> StopAsync()
    {
        using JsonDocument report = JsonDocument.Parse(await _process!.StopAsync());
        return report.RootElement.GetProperty("allocatedBytes").GetInt64();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
