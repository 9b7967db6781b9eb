using Relay.Core.Pairing;
using Relay.Host.Api;

namespace Relay.Host.Telemetry;

/// <summary>The numbers of the API and of pairing.</summary>
internal sealed class PairingMetrics(PairingCounters pairing, ApiCounters api, DrainState drain) : IMetricsSource
{
    private static readonly PairingMode[] Modes = [PairingMode.Text, PairingMode.Voice, PairingMode.Video];

    private readonly PairingCounters _pairing = pairing;
    private readonly ApiCounters _api = api;
    private readonly DrainState _drain = drain;

    public void WriteTo(PrometheusWriter writer)
    {
        writer.Gauge("relay_info", "The relay's version.").Sample("version", RelayVersion.Text, 1);
        writer.Gauge("relay_draining", "1 while the relay shuts down.").Sample(_drain.IsDraining ? 1 : 0);
        writer.Gauge("relay_sessions", "Sessions alive.").Sample(_pairing.Sessions);
        writer.Counter("relay_sessions_opened_total", "Sessions ever opened.").Sample(_pairing.SessionsOpened);
        writer.Counter(
            "relay_sessions_refused_total", "Sessions refused because the table was full.").Sample(_pairing.SessionsRefused);
        writer.Counter(
            "relay_sessions_expired_total", "Sessions that ended because no socket came.").Sample(_pairing.SessionsExpired);
        writer.Counter(
            "relay_sessions_resumed_total", "Sockets that took over a living session.").Sample(_pairing.SessionsResumed);
        writer.Counter("relay_renewals_total", "Sessions asked to move to another worker.").Sample(_pairing.Renewals);
        writer.Gauge("relay_queue_length", "Sessions waiting for a partner.");
        ByMode(writer, mode => _pairing.Waiting(mode));
        writer.Gauge("relay_pairs", "Pairs talking.");
        ByMode(writer, mode => _pairing.Pairs(mode));
        writer.Counter("relay_pairs_made_total", "Pairs ever made.");
        ByMode(writer, mode => _pairing.PairsMade(mode));
        _api.WriteTo(writer);
    }

    private static void ByMode(PrometheusWriter writer, Func<PairingMode, long> count)
    {
        foreach (PairingMode mode in Modes)
        {
            writer.Sample("mode", ModeNames.Of(mode), count(mode));
        }
    }
}
