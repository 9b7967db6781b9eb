using Relay.Core.Primitives;
using Relay.Host.Configuration;

namespace Relay.Host.Turn;

/// <summary>
/// The ports of Turn:Listen: TURN and ICE-TCP for the workers, and the relay's pages and API for browsers, all with TLS or
/// without, so that one port (443) is enough for everything.
/// </summary>
internal static class StreamListeners
{
    /// <summary>Lets the web server listen on them.</summary>
    /// <param name="builder">The public host's.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="tables">Each worker's streams, by the workers' numbers.</param>
    /// <param name="certificates">Null without TLS.</param>
    /// <param name="random">Fit for keys.</param>
    /// <returns>What the metrics read.</returns>
    public static StreamCounters Add(
        WebApplicationBuilder builder,
        RelayOptions options,
        IReadOnlyList<StreamTable> tables,
        CertificateReloader? certificates,
        RandomSource random)
    {
        var counters = new StreamCounters();
        var limits = new StreamGateOptions
        {
            TrustedProxies = [.. options.Turn.TrustedProxies.Select(ToNetwork)],
            ConnectionsMax = options.Turn.StreamsPerWorker * tables.Count,
            PerSourceMax = options.Turn.AllocationsPerSource,
        };
        var gate = new StreamGate(limits, tables, certificates, counters, random);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            foreach (string text in options.Turn.Listen)
            {
                if (ListenAddress.TryParseStream(text, out ListenAddress? listen))
                {
                    kestrel.Listen(listen.Address, listen.Port, port => gate.Guard(port, servesHttp: true));
                }
            }
        });
        return counters;
    }

    private static System.Net.IPNetwork ToNetwork(string text) => System.Net.IPAddress.TryParse(text, out System.Net.IPAddress? one)
        ? new System.Net.IPNetwork(one, one.GetAddressBytes().Length * 8)
        : System.Net.IPNetwork.Parse(text);
}
