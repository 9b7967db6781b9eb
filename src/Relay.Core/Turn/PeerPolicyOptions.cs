using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>What a <see cref="PeerPolicy"/> is made of.</summary>
public sealed class PeerPolicyOptions
{
    public PeerMode Mode { get; init; }

    /// <summary>The announced addresses of this worker's media port, each with the port.</summary>
    public IReadOnlyList<TransportAddress> OwnMedia { get; init; } = [];

    /// <summary>All addresses of this host, announced ones included; their ports do not matter.</summary>
    public IReadOnlyList<TransportAddress> HostAddresses { get; init; } = [];

    /// <summary>
    /// The operator's exceptions: opens special-purpose ranges and the host's own addresses in <see cref="PeerMode.Public"/>, and
    /// relayed addresses in <see cref="PeerMode.OwnMedia"/>.
    /// </summary>
    public IReadOnlyList<AddressRange> Allowed { get; init; } = [];

    /// <summary>What the operator denies; wins over <see cref="Allowed"/>.</summary>
    public IReadOnlyList<AddressRange> Denied { get; init; } = [];
}
