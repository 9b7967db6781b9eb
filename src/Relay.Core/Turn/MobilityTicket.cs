using System.Buffers.Binary;
using System.Security.Cryptography;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

// The value of MOBILITY-TICKET (RFC 8016 section 3.4) is opaque to the client. Ours:
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                       Slot of the allocation                  |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                       Random (128 bits)                       |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>What an allocation's client shows when it comes from another address.</summary>
internal readonly record struct MobilityTicket(int Slot, UInt128 Secret)
{
    /// <summary>Bytes of a ticket.</summary>
    public const int Bytes = 20;

    /// <summary>No ticket: nobody gets the secret 0.</summary>
    public bool IsNone => Secret == 0;

    public static MobilityTicket Draw(int slot, RandomSource random)
    {
        UInt128 secret;
        do
        {
            secret = new UInt128(random.NextUInt64(), random.NextUInt64());
        }
        while (secret == 0);

        return new MobilityTicket(slot, secret);
    }

    /// <summary>False if it is none of ours.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out MobilityTicket ticket)
    {
        ticket = value.Length == Bytes
            ? new MobilityTicket(
                BinaryPrimitives.ReadInt32BigEndian(value), BinaryPrimitives.ReadUInt128BigEndian(value[sizeof(int)..]))
            : default;
        return !ticket.IsNone;
    }

    /// <summary>Writes <see cref="Bytes"/>.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, Slot);
        BinaryPrimitives.WriteUInt128BigEndian(destination[sizeof(int)..], Secret);
    }

    /// <summary>Adds MOBILITY-TICKET, if this is a ticket.</summary>
    public void AddTo(scoped ref StunMessageWriter writer)
    {
        if (!IsNone)
        {
            Span<byte> value = stackalloc byte[Bytes];
            Write(value);
            writer.AddAttribute(StunAttributeType.MobilityTicket, value);
        }
    }

    /// <summary>Compares in a time that says nothing of where two tickets differ.</summary>
    public bool Matches(in MobilityTicket other)
    {
        Span<byte> mine = stackalloc byte[Bytes];
        Span<byte> theirs = stackalloc byte[Bytes];
        Write(mine);
        other.Write(theirs);
        return !IsNone && CryptographicOperations.FixedTimeEquals(mine, theirs);
    }
}
