using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Relay.Core.Primitives;

namespace Relay.Host.Turn;

/// <summary>
/// What stands in front of every TCP port: PROXY headers, TLS or none, and then TURN, ICE-TCP or HTTP, told apart by the first
/// bytes. One gate serves all ports of the process, so that its limits are the process's.
/// </summary>
/// <param name="options">Limits.</param>
/// <param name="tables">Each worker's streams, by the workers' numbers.</param>
/// <param name="certificates">Null if there is no TLS.</param>
/// <param name="counters">What became of connections.</param>
/// <param name="random">For the key that sources are hashed under.</param>
internal sealed class StreamGate(
    StreamGateOptions options,
    IReadOnlyList<StreamTable> tables,
    CertificateReloader? certificates,
    StreamCounters counters,
    RandomSource random)
{
    private readonly OpenStreams _open = new(options.ConnectionsMax, options.PerSourceMax, random);
    private readonly OpenStreams _handshakes = new(options.HandshakesMax, options.HandshakesPerSourceMax, random);

    public StreamGateOptions Options => options;

    public StreamDestinations Destinations { get; } = new(tables);

    public CertificateReloader? Certificates => certificates;

    public StreamCounters Counters => counters;

    /// <summary>Connections that are not HTTP's, undecided ones included.</summary>
    public int OpenCount => _open.Count;

    /// <summary>Puts the gate in front of a port.</summary>
    /// <param name="listen">The port.</param>
    /// <param name="servesHttp">False: HTTP is closed like anything else that is not known.</param>
    public void Guard(ListenOptions listen, bool servesHttp) =>
        listen.Use(next => connection => new StreamConnection(this, connection, servesHttp ? next : null).RunAsync());

    public bool IsTrusted(IPAddress proxy)
    {
        IPAddress address = proxy.IsIPv4MappedToIPv6 ? proxy.MapToIPv4() : proxy;
        foreach (System.Net.IPNetwork network in options.TrustedProxies)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    public bool TryAdd(IPAddress source) => _open.TryAdd(source);

    public void Remove(IPAddress source) => _open.Remove(source);

    /// <summary>False if as many handshakes as may be are going on, in all or from the source.</summary>
    public bool TryBeginHandshake(IPAddress source) => _handshakes.TryAdd(source);

    public void EndHandshake(IPAddress source) => _handshakes.Remove(source);
}
