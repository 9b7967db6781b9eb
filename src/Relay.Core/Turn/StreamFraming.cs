using System.Buffers.Binary;
using Relay.Core.Diagnostics;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>
/// Where messages end in a byte stream: STUN (RFC 8489 section 6.2.2) and ChannelData (RFC 8656 section 12.5) tell their own
/// length, ICE-TCP puts one in front of each packet (RFC 4571 section 2).
/// </summary>
public static class StreamFraming
{
    /// <summary>Bytes of RFC 4571's length.</summary>
    public const int LengthPrefixBytes = 2;

    /// <summary>Bytes that tell the length of a STUN or ChannelData message.</summary>
    private const int TurnPrefixBytes = 4;

    private const int LengthOffset = 2;
    private const int CookieOffset = 4;
    private const byte StunFirstByteMax = 0x3F;

    /// <summary>
    /// The first STUN or ChannelData message in <paramref name="stream"/>. A message longer than
    /// <paramref name="maxBytes"/> (with header and padding) is broken as soon as its length is there, so that a reader never
    /// has to hold more than that.
    /// </summary>
    public static StreamFrame NextTurn(ReadOnlySpan<byte> stream, int maxBytes)
    {
        if (stream.IsEmpty)
        {
            return StreamFrame.Incomplete;
        }

        bool isChannelData = ChannelData.LooksLikeChannelData(stream);
        if (!isChannelData && stream[0] > StunFirstByteMax)
        {
            return StreamFrame.Broken;
        }

        if (stream.Length < TurnPrefixBytes)
        {
            return StreamFrame.Incomplete;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(stream[LengthOffset..]);
        if (!isChannelData && !MayBeStun(stream, length))
        {
            return StreamFrame.Broken;
        }

        length += isChannelData ? ChannelData.HeaderBytes : StunMessageReader.HeaderBytes;
        int padded = Padded(length);
        if (padded > maxBytes)
        {
            return StreamFrame.Broken;
        }

        return padded > stream.Length ? StreamFrame.Incomplete : new StreamFrame(StreamFrameStatus.Complete, 0, length, padded);
    }

    /// <summary>
    /// The first packet in a stream of RFC 4571; it may be empty. Longer than <paramref name="maxBytes"/> (without the
    /// length in front) is broken.
    /// </summary>
    public static StreamFrame NextLengthPrefixed(ReadOnlySpan<byte> stream, int maxBytes)
    {
        if (stream.Length < LengthPrefixBytes)
        {
            return StreamFrame.Incomplete;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(stream);
        if (length > maxBytes)
        {
            return StreamFrame.Broken;
        }

        int end = LengthPrefixBytes + length;
        return end > stream.Length
            ? StreamFrame.Incomplete
            : new StreamFrame(StreamFrameStatus.Complete, LengthPrefixBytes, length, end);
    }

    /// <summary>Writes RFC 4571's length in front of a packet of 0 to 65,535 bytes.</summary>
    public static void WriteLengthPrefix(Span<byte> prefix, int packetBytes)
    {
        Invariant.Holds(packetBytes is >= 0 and <= ushort.MaxValue, "a framed packet is at most 65,535 bytes");
        BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)packetBytes);
    }

    /// <summary>Rounds up to the next multiple of 4 (RFC 8656 section 12.5).</summary>
    public static int Padded(int length) => (length + 3) & ~3;

    /// <summary>The length is a multiple of 4, and the cookie right once it is there: what else comes is no STUN.</summary>
    private static bool MayBeStun(ReadOnlySpan<byte> stream, int length) =>
        length % 4 == 0
        && (stream.Length < CookieOffset + sizeof(uint)
            || BinaryPrimitives.ReadUInt32BigEndian(stream[CookieOffset..]) == StunMessageReader.MagicCookie);
}
