using System.Buffers.Binary;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>What an Allocate asks for (RFC 8656 section 7.1), checked for contradictions (section 7.2).</summary>
internal struct AllocateWish
{
    /// <summary>An IPv4 relayed address.</summary>
    public bool IPv4;

    /// <summary>An IPv6 one, or one as well.</summary>
    public bool IPv6;

    /// <summary>REQUESTED-ADDRESS-FAMILY is there: IPv4 is not merely the usual family.</summary>
    public bool NamesFamily;

    /// <summary>EVEN-PORT.</summary>
    public bool EvenPort;

    /// <summary>EVEN-PORT with the R bit: the next port is to be reserved.</summary>
    public bool ReserveNext;

    /// <summary>RESERVATION-TOKEN; 0 if there is none.</summary>
    public ulong Token;

    /// <summary>LIFETIME in seconds; 0 if there is none.</summary>
    public uint LifetimeSeconds;

    /// <summary>MOBILITY-TICKET, empty (RFC 8016 section 3.1.1).</summary>
    public bool Mobility;

    /// <summary>REQUESTED-TRANSPORT is TCP (RFC 6062 section 5.1).</summary>
    public bool IsTcp;

    private const byte TransportTcp = 6;
    private const byte TransportUdp = 17;
    private const byte ReserveBit = 0x80;
    private const int FamilyBytes = 4;

    /// <summary>Two addresses at once.</summary>
    public readonly bool IsDual => IPv4 && IPv6;

    /// <summary>
    /// Any port will do, even one that others have as well: no neighbour and no move to another client is asked for.
    /// </summary>
    public readonly bool MayShare => !EvenPort && Token == 0 && !Mobility && !IsTcp;

    public static TurnRefusal TryRead(in StunMessageReader message, out AllocateWish wish)
    {
        wish = default;
        if (!message.TryGetAttribute(StunAttributeType.RequestedTransport, out ReadOnlySpan<byte> transport)
            || transport.Length != 4)
        {
            return TurnRefusal.BadRequest;
        }

        wish.IsTcp = transport[0] == TransportTcp;
        if (transport[0] != TransportUdp && !wish.IsTcp)
        {
            return TurnRefusal.UnsupportedTransport;
        }

        bool hasLifetime = message.TryGetAttribute(StunAttributeType.Lifetime, out ReadOnlySpan<byte> lifetime);
        wish.LifetimeSeconds = lifetime.Length == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(lifetime) : 0;
        wish.Mobility = message.TryGetAttribute(StunAttributeType.MobilityTicket, out ReadOnlySpan<byte> ticket);
        if ((hasLifetime && lifetime.Length != sizeof(uint)) || !ticket.IsEmpty)
        {
            return TurnRefusal.BadRequest;
        }

        TurnRefusal refusal = wish.ReadPorts(message);
        return refusal == TurnRefusal.None ? wish.ReadFamilies(message) : refusal;
    }

    /// <summary>
    /// For a relay without IPv4: who names no family means IPv4 (RFC 8656 section 7.1) and would get 440 (section 7.2), but browsers
    /// never name one, and IPv6 is of use to them.
    /// </summary>
    public void TakeAnyFamily()
    {
        if (!IPv6)
        {
            (IPv4, IPv6) = (false, true);
        }
    }

    private TurnRefusal ReadPorts(in StunMessageReader message)
    {
        EvenPort = message.TryGetAttribute(StunAttributeType.EvenPort, out ReadOnlySpan<byte> even);
        if (EvenPort && even.Length != 1)
        {
            return TurnRefusal.BadRequest;
        }

        ReserveNext = EvenPort && (even[0] & ReserveBit) != 0;
        bool hasToken = message.TryGetAttribute(StunAttributeType.ReservationToken, out ReadOnlySpan<byte> token);
        if (hasToken && (token.Length != sizeof(ulong) || EvenPort))
        {
            return TurnRefusal.BadRequest;
        }

        Token = hasToken ? BinaryPrimitives.ReadUInt64BigEndian(token) : 0;
        // Ports have no pairs in TCP, and segments no such bit.
        if (IsTcp && (EvenPort || hasToken || message.TryGetAttribute(StunAttributeType.DontFragment, out _)))
        {
            return TurnRefusal.BadRequest;
        }

        // No token is 0.
        return hasToken && Token == 0 ? TurnRefusal.InsufficientCapacity : TurnRefusal.None;
    }

    private TurnRefusal ReadFamilies(in StunMessageReader message)
    {
        bool hasFamily = message.TryGetAttribute(StunAttributeType.RequestedAddressFamily, out ReadOnlySpan<byte> family);
        bool hasSecond = message.TryGetAttribute(StunAttributeType.AdditionalAddressFamily, out ReadOnlySpan<byte> second);
        if ((hasFamily && (family.Length != FamilyBytes || hasSecond))
            || (hasSecond && (second.Length != FamilyBytes || (StunAddressFamily)second[0] != StunAddressFamily.IPv6
                || ReserveNext || Token != 0)))
        {
            return TurnRefusal.BadRequest;
        }

        StunAddressFamily first = hasFamily ? (StunAddressFamily)family[0] : StunAddressFamily.IPv4;
        NamesFamily = hasFamily;
        IPv4 = first == StunAddressFamily.IPv4 || hasSecond;
        IPv6 = first == StunAddressFamily.IPv6 || hasSecond;
        return IPv4 || IPv6 ? TurnRefusal.None : TurnRefusal.AddressFamilyNotSupported;
    }
}
