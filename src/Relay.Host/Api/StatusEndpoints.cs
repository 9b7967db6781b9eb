using Relay.Core.Pairing;
using Relay.Host.Telemetry;

namespace Relay.Host.Api;

/// <summary>What operators and load balancers ask: counts and states, nothing about anybody.</summary>
internal sealed class StatusEndpoints(
    PairingCounters pairing, ApiCounters api, DrainState drain, IEnumerable<IMetricsSource> sources)
{
    private readonly PairingCounters _pairing = pairing;
    private readonly ApiCounters _api = api;
    private readonly DrainState _drain = drain;
    private readonly IMetricsSource[] _sources = [.. sources];

    public static IResult Health() => TypedResults.Text("ok");

    public IResult Ready() => _drain.IsDraining ? Problem.Draining() : TypedResults.Text("ready");

    public IResult Status() => TypedResults.Ok(new StatusResponse(
        _drain.IsDraining ? "draining" : "ok",
        RelayVersion.Text,
        _pairing.Sessions,
        _api.Sockets,
        Count(_pairing.Waiting),
        Count(_pairing.Pairs)));

    public IResult Metrics()
    {
        var writer = new PrometheusWriter();
        foreach (IMetricsSource source in _sources)
        {
            source.WriteTo(writer);
        }

        return TypedResults.Text(writer.ToString(), PrometheusWriter.ContentType);
    }

    private static ModeCounts Count(Func<PairingMode, int> count) =>
        new(count(PairingMode.Text), count(PairingMode.Voice), count(PairingMode.Video));
}
