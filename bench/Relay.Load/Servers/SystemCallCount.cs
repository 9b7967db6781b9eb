using System.Globalization;
using Relay.Testing.Api;

namespace Relay.Load.Servers;

/// <summary>
/// The system calls of a relay while it lives. perf counts all of them (its tracepoint costs a little, strace would cost a lot);
/// where there is no perf, or it may not, the relay's own count of send and receive calls stands in.
/// </summary>
internal sealed class SystemCallCount
{
    private const string Event = "raw_syscalls:sys_enter";

    private static readonly TimeSpan AttachTime = TimeSpan.FromMilliseconds(400);

    private readonly TurnRelay _relay;
    private readonly ServerProcess? _perf;
    private readonly double _before;

    private SystemCallCount(TurnRelay relay, ServerProcess? perf, double before) => (_relay, _perf, _before) = (relay, perf, before);

    /// <summary>Who counted.</summary>
    public string Source => _perf is null ? "the relay's send and receive calls" : "perf";

    public static async Task<SystemCallCount> StartAsync(TurnRelay relay)
    {
        double before = await SocketCallsAsync(relay);
        string pid = relay.ProcessId.ToString(CultureInfo.InvariantCulture);
        ServerProcess perf = ServerProcess.Start(null, isAlone: false, ["sh", "-c", $"exec perf stat -x, -e {Event} -p {pid}"]);
        await Task.Delay(AttachTime);
        if (!perf.HasExited)
        {
            return new SystemCallCount(relay, perf, before);
        }

        await perf.DisposeAsync();
        return new SystemCallCount(relay, null, before);
    }

    /// <summary>Ends counting and returns how many there were.</summary>
    public async Task<long> StopAsync()
    {
        if (_perf is null)
        {
            return (long)(await SocketCallsAsync(_relay) - _before);
        }

        // The only signal after which it says what it counted.
        await _perf.SignalAsync("INT");
        await _perf.WaitForExitAsync();
        string line = _perf.Output.Split('\n').FirstOrDefault(l => l.Contains(Event, StringComparison.Ordinal)) ?? _perf.Output;
        await _perf.DisposeAsync();
        return long.TryParse(line.Split(',')[0], CultureInfo.InvariantCulture, out long calls)
            ? calls
            : throw new InvalidOperationException("perf said: " + line);
    }

    private static async Task<double> SocketCallsAsync(TurnRelay relay)
    {
        MetricsSnapshot metrics = await relay.ScrapeAsync();
        return metrics.Sum("relay_socket_receive_calls_total") + metrics.Sum("relay_socket_send_calls_total");
    }
}
