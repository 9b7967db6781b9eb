using System.Buffers.Binary;
using Relay.Core.Buffers;
using Relay.Core.Stun;
using Relay.Core.Turn;

namespace Relay.Host.Turn;

/// <summary>What a connection turns out to be by its first bytes.</summary>
internal enum StreamOpening : byte
{
    /// <summary>More bytes are needed.</summary>
    Undecided,

    /// <summary>A TLS handshake (RFC 8446 section 5.1: a record of type 22).</summary>
    Tls,

    /// <summary>A STUN message: a TURN client.</summary>
    Turn,

    /// <summary>A STUN message behind RFC 4571's length: ICE-TCP.</summary>
    Ice,

    /// <summary>Something else, HTTP perhaps.</summary>
    Other,
}

/// <summary>Tells protocols on one port apart. The bytes are looked at, not taken.</summary>
internal static class FirstBytes
{
    /// <summary>So many bytes decide in any case.</summary>
    public const int Enough = StreamFraming.LengthPrefixBytes + CookieEnd;

    private const byte TlsHandshake = 0x16;
    private const byte StunFirstByteMax = 3;
    private const int CookieOffset = 4;
    private const int CookieEnd = CookieOffset + sizeof(uint);

    public static StreamOpening Classify(ReadOnlySpan<byte> stream)
    {
        if (stream.IsEmpty)
        {
            return StreamOpening.Undecided;
        }

        if (stream[0] == TlsHandshake)
        {
            return StreamOpening.Tls;
        }

        // STUN begins with 0 to 3, RFC 4571 with the high byte of a length that a packet may have.
        if (stream[0] > PacketPool.DatagramMaxBytes >> 8)
        {
            return StreamOpening.Other;
        }

        if (stream.Length < CookieEnd)
        {
            return StreamOpening.Undecided;
        }

        if (stream[0] <= StunFirstByteMax && HasCookie(stream))
        {
            return StreamOpening.Turn;
        }

        return stream.Length < Enough ? StreamOpening.Undecided
            : stream[StreamFraming.LengthPrefixBytes] <= StunFirstByteMax && HasCookie(stream[StreamFraming.LengthPrefixBytes..])
                ? StreamOpening.Ice
                : StreamOpening.Other;
    }

    private static bool HasCookie(ReadOnlySpan<byte> message) =>
        BinaryPrimitives.ReadUInt32BigEndian(message[CookieOffset..]) == StunMessageReader.MagicCookie;
}
