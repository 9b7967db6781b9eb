using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// Relayed addresses: the relay's address of each family and a range of ports on it. A port is an entry in a table and, if
/// peers may be outside of this process, a socket as well.
/// </summary>
internal sealed class RelayedPorts
{
    /// <summary>Owner of a port that waits for its RESERVATION-TOKEN.</summary>
    public const int ReservedOwner = int.MaxValue;

    // Owner of shared port 0. Slots of allocations are below.
    private const int SharedOwner = 1 << 30;

    // A drawn port may be taken by another program. A few more are tried; a range that is full of such ports is no range.
    private const int OpenAttempts = 16;

    private readonly TransportAddress? _ipv4;
    private readonly TransportAddress? _ipv6;
    private readonly PortRange _ports4;
    private readonly PortRange _ports6;
    private readonly SharedPorts _shared4;
    private readonly SharedPorts _shared6;
    private readonly int _ownMax;
    private readonly IRelayPorts? _sockets;
    private readonly IPeerConnections? _connections;
    private readonly Dictionary<int, int> _ownersByHandle = [];
    private readonly Dictionary<int, int> _ownersByListener = [];
    private int _ownCount;

    public RelayedPorts(TurnOptions options, IRelayPorts? sockets, RandomSource random, IPeerConnections? connections = null)
    {
        _connections = connections;
        _ipv4 = options.RelayIPv4;
        _ipv6 = options.RelayIPv6;
        _ports4 = new PortRange(options.RelayPortMin, options.RelayPortMax, random);
        _ports6 = new PortRange(options.RelayPortMin, options.RelayPortMax, random);
        _shared4 = new SharedPorts(options.SharedPortsMax, random);
        _shared6 = new SharedPorts(options.SharedPortsMax, random);
        _ownMax = options.OwnPortsMax;
        _sockets = sockets;
    }

    /// <summary>Whether there is a relay address of the family.</summary>
    public bool Supports(bool isIPv6) => (isIPv6 ? _ipv6 : _ipv4) is not null;

    /// <summary>Whether there are TCP allocations.</summary>
    public bool SupportsTcp => _connections is not null;

    /// <summary>A relayed address for the owner alone; false if there is no free port that fits.</summary>
    public bool TryTake(bool isIPv6, bool isEven, int owner, out RelayedAddress relayed)
    {
        for (int attempt = 0; attempt < OpenAttempts && TryDraw(isIPv6, isEven, withNext: false, out ushort port); attempt++)
        {
            if (TryOpen(isIPv6, port, owner, out relayed))
            {
                return true;
            }
        }

        relayed = default;
        return false;
    }

    /// <summary>A relayed address that others have as well, or will; false if there is none.</summary>
    /// <param name="isIPv6">The family.</param>
    /// <param name="account">Who asks.</param>
    /// <param name="owner">The allocation's slot.</param>
    /// <param name="relayed">The address, with a <see cref="PortShare"/>.</param>
    public bool TryShare(bool isIPv6, UInt128 account, int owner, out RelayedAddress relayed)
    {
        SharedPorts shared = Shared(isIPv6);
        // A new one has nobody else yet; if there can be none, those there are still do.
        bool isPicked = TryOpenShared(isIPv6, shared, out int index) || shared.TryPick(account, out index);
        relayed = isPicked ? shared.Join(index, account, owner) : default;
        return isPicked;
    }

    /// <summary>A relayed address on which TCP connections are taken, for the owner; no UDP allocation has its port.</summary>
    public bool TryTakeListening(bool isIPv6, int owner, out RelayedAddress relayed)
    {
        for (int attempt = 0; attempt < OpenAttempts && TryDraw(isIPv6, isEven: false, withNext: false, out ushort port); attempt++)
        {
            if (_connections!.TryListen(isIPv6, port, out int listener))
            {
                Ports(isIPv6).Take(port, owner);
                _ownCount++;
                _ownersByListener[listener] = owner;
                relayed = AddressOf(isIPv6, port) with { Listener = listener };
                return true;
            }
        }

        relayed = default;
        return false;
    }

    /// <summary>An even port for the owner and the next higher one, reserved (RFC 8656 section 7.2).</summary>
    public bool TryTakePair(bool isIPv6, int owner, out RelayedAddress relayed, out RelayedAddress reserved)
    {
        for (int attempt = 0; attempt < OpenAttempts && TryDraw(isIPv6, isEven: true, withNext: true, out ushort port); attempt++)
        {
            if (!TryOpen(isIPv6, port, owner, out relayed))
            {
                continue;
            }

            if (TryOpen(isIPv6, (ushort)(port + 1), ReservedOwner, out reserved))
            {
                return true;
            }

            Release(relayed);
        }

        relayed = default;
        reserved = default;
        return false;
    }

    /// <summary>Gives a reserved address to an allocation.</summary>
    public void Pass(in RelayedAddress reserved, int owner)
    {
        Ports(!reserved.Address.IsIPv4).Pass(reserved.Address.Port, owner);
        if (reserved.Via != 0)
        {
            _ownersByHandle[reserved.Via] = owner;
        }
    }

    /// <summary>Gives an address up. Of a shared one the allocation's peers are given up before.</summary>
    public void Release(in RelayedAddress relayed)
    {
        if (relayed.Share is { } share)
        {
            if (Shared(!relayed.Address.IsIPv4).Leave(share, out RelayedAddress port))
            {
                Close(port);
            }

            return;
        }

        _ownCount--;
        Close(relayed);
    }

    /// <summary>Whether the address is one that an allocation here could have.</summary>
    public bool IsRelayed(in TransportAddress address) =>
        HasRelayAddress(address) && Ports(!address.IsIPv4).Contains(address.Port);

    /// <summary>Whether the address, without its port, is the relay's.</summary>
    public bool HasRelayAddress(in TransportAddress address) =>
        (address.IsIPv4 ? _ipv4 : _ipv6) is { } relay && relay.Address == address.Address;

    /// <summary>The allocation that has a relayed address alone.</summary>
    public bool TryGetOwner(in TransportAddress relayed, out int owner) => TryGetAny(relayed, out owner) && owner < SharedOwner;

    /// <summary>The allocation that has a relayed address, alone or as far as the peer is concerned.</summary>
    public bool TryGetOwner(in TransportAddress relayed, in TransportAddress peer, out int owner) =>
        TryGetAny(relayed, out owner) && TryResolve(peer, ref owner);

    /// <summary>The allocation that has a relay port, alone or as far as the peer is concerned.</summary>
    public bool TryGetOwner(int handle, in TransportAddress peer, out int owner) =>
        _ownersByHandle.TryGetValue(handle, out owner) && TryResolve(peer, ref owner);

    /// <summary>The allocation that has a listener.</summary>
    public bool TryGetListening(int listener, out int owner) => _ownersByListener.TryGetValue(listener, out owner);

    private void Close(in RelayedAddress relayed)
    {
        Ports(!relayed.Address.IsIPv4).Release(relayed.Address.Port);
        if (relayed.Via != 0)
        {
            _ownersByHandle.Remove(relayed.Via);
            _sockets!.Close(relayed.Via);
        }

        if (relayed.Listener != 0)
        {
            _ownersByListener.Remove(relayed.Listener);
            _connections!.CloseListener(relayed.Listener);
        }
    }

    private bool TryGetAny(in TransportAddress relayed, out int owner)
    {
        owner = 0;
        return IsRelayed(relayed) && Ports(!relayed.IsIPv4).TryGetOwner(relayed.Port, out owner);
    }

    // From a port's owner to the allocation.
    private bool TryResolve(in TransportAddress peer, ref int owner)
    {
        if (owner is < SharedOwner or ReservedOwner)
        {
            return owner != ReservedOwner;
        }

        return Shared(!peer.IsIPv4).TryGetOwner(owner - SharedOwner, peer, out owner);
    }

    // Ports for those that will share are kept back.
    private bool TryDraw(bool isIPv6, bool isEven, bool withNext, out ushort port)
    {
        port = 0;
        int count = withNext ? 2 : 1;
        return _ownCount + count <= _ownMax
            && Ports(isIPv6).FreeCount >= Shared(isIPv6).Room + count
            && Ports(isIPv6).TryDraw(isEven, withNext, out port);
    }

    private bool TryOpenShared(bool isIPv6, SharedPorts shared, out int index)
    {
        PortRange ports = Ports(isIPv6);
        int attempts = shared.Room > 0 ? OpenAttempts : 0;
        index = attempts > 0 ? shared.NextIndex : 0;
        for (int attempt = 0; attempt < attempts && ports.TryDraw(isEven: false, withNext: false, out ushort port); attempt++)
        {
            if (TryOpen(isIPv6, port, SharedOwner + index, out RelayedAddress relayed))
            {
                shared.Add(relayed);
                return true;
            }
        }

        return false;
    }

    private bool TryOpen(bool isIPv6, ushort port, int owner, out RelayedAddress relayed)
    {
        int handle = 0;
        bool isShared = owner is >= SharedOwner and not ReservedOwner;
        if (_sockets is not null && !_sockets.TryOpen(isIPv6, port, isShared, out handle))
        {
            relayed = default;
            return false;
        }

        Ports(isIPv6).Take(port, owner);
        _ownCount += isShared ? 0 : 1;
        if (handle != 0)
        {
            _ownersByHandle[handle] = owner;
        }

        relayed = AddressOf(isIPv6, port) with { Via = handle };
        return true;
    }

    private RelayedAddress AddressOf(bool isIPv6, ushort port) => new()
    {
        Address = new TransportAddress((isIPv6 ? _ipv6 : _ipv4)!.Value.Address, port),
        ExpiresAt = Instant.Never,
    };

    private SharedPorts Shared(bool isIPv6) => isIPv6 ? _shared6 : _shared4;

    private PortRange Ports(bool isIPv6) => isIPv6 ? _ports6 : _ports4;
}
