using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// Relay ports of one family that several allocations have, when there are more allocations than ports for one each. A peer's
/// address tells whose a datagram is: on one port each peer is one allocation's, from the permission for it until that ends.
/// Another allocation of the port cannot have it meanwhile, neither to receive from nor to send to. Which port an allocation gets
/// is drawn, so that nobody can choose to sit beside somebody.
/// </summary>
internal sealed class SharedPorts
{
    // The best of a few draws is nearly as good as the best of all.
    private const int Draws = 4;

    private readonly RelayedAddress[] _ports;
    private readonly DrawSet _open;
    private readonly int[] _members;
    private readonly RandomSource _random;

    // Peers choose what is hashed. A wrong match, one in 2^64, would still need the other allocation's permission.
    private readonly SipHash _hash;
    private readonly Dictionary<ulong, int> _ownersByPeer = [];
    private readonly Dictionary<ulong, int> _membersByAccount = [];

    /// <param name="max">The most ports, 0 or more.</param>
    /// <param name="random">Draws ports and the hash key.</param>
    public SharedPorts(int max, RandomSource random)
    {
        _ports = new RelayedAddress[max];
        _open = new DrawSet(max);
        _members = new int[max];
        _random = random;
        _hash = max == 0 ? default : new SipHash(random);
    }

    /// <summary>Ports there are.</summary>
    public int Count => _open.Count;

    /// <summary>How many more there may be.</summary>
    public int Room => _ports.Length - Count;

    /// <summary>Peers that belong to somebody.</summary>
    public int Claims => _ownersByPeer.Count;

    /// <summary>The number that the next port gets; there is room.</summary>
    public int NextIndex
    {
        get
        {
            int index = 0;
            while (!_ports[index].IsNone)
            {
                index++;
            }

            return index;
        }
    }

    /// <summary>One more port, in <see cref="NextIndex"/>, which nobody has yet.</summary>
    public void Add(in RelayedAddress port)
    {
        int index = NextIndex;
        _ports[index] = port;
        _open.Add(index);
    }

    /// <summary>
    /// A port for one more allocation: one where its account has none if there is one, because whoever has two talks to the same
    /// peers through both; else the one that fewer have.
    /// </summary>
    public bool TryPick(UInt128 account, out int index)
    {
        index = -1;
        for (int i = 0; i < Draws && _open.TryDraw(_random, out int drawn); i++)
        {
            if (index < 0 || Rank(drawn, account) < Rank(index, account))
            {
                index = drawn;
            }
        }

        return index >= 0;
    }

    /// <summary>One more allocation has the port.</summary>
    public RelayedAddress Join(int index, UInt128 account, int owner)
    {
        _members[index]++;
        ulong key = KeyOf(index, account);
        _membersByAccount[key] = _membersByAccount.GetValueOrDefault(key) + 1;
        return _ports[index] with { Share = new PortShare(this, index, owner, account) };
    }

    /// <summary>An allocation gives its part up, after its peers; true if it was the last one: the port is the caller's.</summary>
    public bool Leave(PortShare share, out RelayedAddress port)
    {
        port = _ports[share.Index];
        ulong key = KeyOf(share.Index, share.Account);
        Invariant.Holds(_members[share.Index] > 0 && _membersByAccount.ContainsKey(key), "a part in a port is given up once");
        if (--_membersByAccount[key] == 0)
        {
            _membersByAccount.Remove(key);
        }

        if (--_members[share.Index] > 0)
        {
            return false;
        }

        _ports[share.Index] = default;
        _open.Remove(share.Index);
        return true;
    }

    /// <summary>
    /// The port that tells peers at one address apart: none in the world, where all of an address belongs to one allocation. At
    /// the relay's own address each port is somebody else's, and all of it would be the first one's who comes.
    /// </summary>
    public ushort PortOf(int index, in TransportAddress peer) =>
        peer.Address == _ports[index].Address.Address ? peer.Port : (ushort)0;

    /// <summary>Whose a peer is on a port.</summary>
    public bool TryGetOwner(int index, in TransportAddress peer, out int owner) =>
        _ownersByPeer.TryGetValue(KeyOf(index, peer), out owner);

    /// <summary>Makes the peer the owner's; false if it is another's.</summary>
    public bool TryClaim(int index, in TransportAddress peer, int owner)
    {
        ulong key = KeyOf(index, peer);
        return _ownersByPeer.TryAdd(key, owner) || _ownersByPeer[key] == owner;
    }

    public void GiveUp(int index, in TransportAddress peer, int owner)
    {
        bool isRemoved = _ownersByPeer.Remove(KeyOf(index, peer), out int removed);
        Invariant.Holds(isRemoved && removed == owner, "a peer is given up by its owner");
    }

    private long Rank(int index, UInt128 account) =>
        ((long)_membersByAccount.GetValueOrDefault(KeyOf(index, account)) << 32) + _members[index];

    private ulong KeyOf(int index, UInt128 account) => _hash.Hash((ulong)account, (ulong)(account >> 64), (ulong)index);

    private ulong KeyOf(int index, in TransportAddress peer) => _hash.Hash(
        (ulong)peer.Address, (ulong)(peer.Address >> 64), ((ulong)PortOf(index, peer) << 32) | (uint)index);
}
