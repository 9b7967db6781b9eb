using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>One allocation's part in a relay port that others have as well (<see cref="SharedPorts"/>).</summary>
internal sealed class PortShare
{
    private readonly SharedPorts _ports;
    private readonly int _index;
    private readonly int _owner;
    private readonly UInt128 _relay;

    /// <param name="ports">The shared ports of the family.</param>
    /// <param name="index">Which one.</param>
    /// <param name="owner">The allocation's slot.</param>
    /// <param name="account">Who made it (<see cref="TurnAuthentication.Account"/>).</param>
    /// <param name="relay">The relay's address of the family.</param>
    public PortShare(SharedPorts ports, int index, int owner, UInt128 account, UInt128 relay)
    {
        _ports = ports;
        _index = index;
        _owner = owner;
        _relay = relay;
        Account = account;
    }

    public int Index => _index;

    public UInt128 Account { get; }

    /// <summary>
    /// The port that tells peers at one address apart: none in the world, where all of an address belongs to one allocation. At
    /// the relay's own address each port is somebody else's, and all of it would be the first one's who comes.
    /// </summary>
    public ushort PortOf(in TransportAddress peer) => peer.Address == _relay ? peer.Port : (ushort)0;

    /// <summary>Whether the peer is this allocation's on the port, or nobody's.</summary>
    public bool MayHave(in TransportAddress peer) => !_ports.TryGetOwner(_index, Told(peer), out int owner) || owner == _owner;

    /// <summary>The peer is this allocation's; false if it is another's.</summary>
    public bool TryClaim(in TransportAddress peer) => _ports.TryClaim(_index, Told(peer), _owner);

    /// <summary>Gives up a peer that was claimed.</summary>
    public void GiveUp(in TransportAddress peer) => _ports.GiveUp(_index, Told(peer), _owner);

    private TransportAddress Told(in TransportAddress peer) => new(peer.Address, PortOf(peer));
}
