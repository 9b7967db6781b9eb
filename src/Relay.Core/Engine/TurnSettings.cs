using Relay.Core.Buffers;
using Relay.Core.Primitives;
using Relay.Core.Turn;

namespace Relay.Core.Engine;

/// <summary>What an engine's TURN server is made of.</summary>
public sealed record TurnSettings
{
    /// <summary>Limits.</summary>
    public required TurnOptions Options { get; init; }

    /// <summary>Who may allocate; one for all workers.</summary>
    public required TurnCredentials Credentials { get; init; }

    /// <summary>Makes and checks nonces; one for all workers, so that any of them can take what another gave out.</summary>
    public required TurnNonce Nonce { get; init; }

    /// <summary>Whom clients may reach, this worker's own media addresses among them.</summary>
    public required PeerPolicy Policy { get; init; }

    /// <summary>Opens relay ports for public peers; null if there are none.</summary>
    public IRelayPorts? Ports { get; init; }

    /// <summary>TCP connections to peers; null if there are no TCP allocations.</summary>
    public IPeerConnections? Connections { get; init; }

    /// <summary>Clients' TCP and TLS connections; null if there are none.</summary>
    public IClientStreams? Streams { get; init; }

    internal TurnServer CreateServer(PacketPool pool, TransmitQueue transmits, RandomSource random) =>
        new(Options, pool, transmits, Credentials, Nonce, Policy, Ports, random, Connections, Streams);
}
