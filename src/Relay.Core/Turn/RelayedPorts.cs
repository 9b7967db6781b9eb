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

    // A drawn port may be taken by another program. A few more are tried; a range that is full of such ports is no range.
    private const int OpenAttempts = 16;

    private readonly TransportAddress? _ipv4;
    private readonly TransportAddress? _ipv6;
    private readonly PortRange _ports4;
    private readonly PortRange _ports6;
    private readonly IRelayPorts? _sockets;
    private readonly IPeerConnections? _connections;
    private readonly Dictionary<int, int> _ownersByHandle = [];
    private readonly Dictionary<int, int> _ownersByListener = [];

    public RelayedPorts(TurnOptions options, IRelayPorts? sockets, RandomSource random, IPeerConnections? connections = null)
    {
        _connections = connections;
        _ipv4 = options.RelayIPv4;
        _ipv6 = options.RelayIPv6;
        _ports4 = new PortRange(options.RelayPortMin, options.RelayPortMax, random);
        _ports6 = new PortRange(options.RelayPortMin, options.RelayPortMax, random);
        _sockets = sockets;
    }

    /// <summary>Whether there is a relay address of the family.</summary>
    public bool Supports(bool isIPv6) => (isIPv6 ? _ipv6 : _ipv4) is not null;

    /// <summary>Whether there are TCP allocations.</summary>
    public bool SupportsTcp => _connections is not null;

    /// <summary>A relayed address for the owner; false if there is no free port that fits.</summary>
    public bool TryTake(bool isIPv6, bool isEven, int owner, out RelayedAddress relayed)
    {
        PortRange ports = Ports(isIPv6);
        for (int attempt = 0; attempt < OpenAttempts && ports.TryDraw(isEven, withNext: false, out ushort port); attempt++)
        {
            if (TryOpen(isIPv6, port, owner, out relayed))
            {
                return true;
            }
        }

        relayed = default;
        return false;
    }

    /// <summary>A relayed address on which TCP connections are taken, for the owner; no UDP allocation has its port.</summary>
    public bool TryTakeListening(bool isIPv6, int owner, out RelayedAddress relayed)
    {
        for (int attempt = 0; attempt < OpenAttempts && Ports(isIPv6).TryDraw(isEven: false, withNext: false, out ushort port); attempt++)
        {
            if (_connections!.TryListen(isIPv6, port, out int listener))
            {
                Ports(isIPv6).Take(port, owner);
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
        PortRange ports = Ports(isIPv6);
        for (int attempt = 0; attempt < OpenAttempts && ports.TryDraw(isEven: true, withNext: true, out ushort port); attempt++)
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

    public void Release(in RelayedAddress relayed)
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

    /// <summary>Whether the address is one that an allocation here could have.</summary>
    public bool IsRelayed(in TransportAddress address) =>
        HasRelayAddress(address) && Ports(!address.IsIPv4).Contains(address.Port);

    /// <summary>Whether the address, without its port, is the relay's.</summary>
    public bool HasRelayAddress(in TransportAddress address) =>
        (address.IsIPv4 ? _ipv4 : _ipv6) is { } relay && relay.Address == address.Address;

    /// <summary>The allocation that has a relayed address.</summary>
    public bool TryGetOwner(in TransportAddress relayed, out int owner)
    {
        owner = 0;
        return IsRelayed(relayed) && Ports(!relayed.IsIPv4).TryGetOwner(relayed.Port, out owner) && owner != ReservedOwner;
    }

    /// <summary>The allocation that has a relay port.</summary>
    public bool TryGetOwner(int handle, out int owner) =>
        _ownersByHandle.TryGetValue(handle, out owner) && owner != ReservedOwner;

    /// <summary>The allocation that has a listener.</summary>
    public bool TryGetListening(int listener, out int owner) => _ownersByListener.TryGetValue(listener, out owner);

    private bool TryOpen(bool isIPv6, ushort port, int owner, out RelayedAddress relayed)
    {
        int handle = 0;
        if (_sockets is not null && !_sockets.TryOpen(isIPv6, port, out handle))
        {
            relayed = default;
            return false;
        }

        Ports(isIPv6).Take(port, owner);
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

    private PortRange Ports(bool isIPv6) => isIPv6 ? _ports6 : _ports4;
}
