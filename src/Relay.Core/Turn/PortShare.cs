using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>One allocation's part in a relay port that others have as well (<see cref="SharedPorts"/>).</summary>
internal sealed class PortShare
{
    private readonly SharedPorts _ports;
    private readonly int _index;
    private readonly int _owner;

    /// <param name="ports">The shared ports of the family.</param>
    /// <param name="index">Which one.</param>
    /// <param name="owner">The allocation's slot.</param>
    /// <param name="account">Who made it (<see cref="TurnAuthentication.Account"/>).</param>
    public PortShare(SharedPorts ports, int index, int owner, UInt128 account)
    {
        _ports = ports;
        _index = index;
        _owner = owner;
        Account = account;
    }

    public int Index => _index;

    public UInt128 Account { get; }

    /// <inheritdoc cref="SharedPorts.PortOf"/>
    public ushort PortOf(in TransportAddress peer) => _ports.PortOf(_index, peer);

    /// <summary>Whether the peer is this allocation's on the port, or nobody's.</summary>
    public bool MayHave(in TransportAddress peer) => !_ports.TryGetOwner(_index, peer, out int owner) || owner == _owner;

    /// <summary>The peer is this allocation's; false if it is another's.</summary>
    public bool TryClaim(in TransportAddress peer) => _ports.TryClaim(_index, peer, _owner);

    /// <summary>Gives up a peer that was claimed.</summary>
    public void GiveUp(in TransportAddress peer) => _ports.GiveUp(_index, peer, _owner);
}
