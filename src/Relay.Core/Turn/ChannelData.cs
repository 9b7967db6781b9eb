using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Turn;

// RFC 8656 section 12.4. Over TCP and TLS padded with 0 to 3 bytes to a multiple of 4; over UDP it need not be (section 12.5).
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |         Channel Number        |            Length             |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                       Application Data                        |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>
/// One ChannelData message (RFC 8656 section 12.4), a view over the datagram. The length does not count the padding.
/// </summary>
public readonly ref struct ChannelData
{
    /// <summary>Bytes in front of the data.</summary>
    public const int HeaderBytes = 4;

    /// <summary>The first channel number (RFC 8656 section 12).</summary>
    public const ushort FirstChannel = 0x4000;

    /// <summary>The last channel number of RFC 8656 section 12: first bytes 64 to 79, as RFC 7983 shares them out.</summary>
    public const ushort LastChannel = 0x4FFF;

    /// <summary>The last channel number of RFC 5766 section 11, which older clients still draw from.</summary>
    public const ushort LastOldChannel = 0x7FFE;

    private const int LengthOffset = 2;

    /// <summary>Bytes with which a datagram may be padded.</summary>
    private const int PaddingMax = 3;

    /// <summary>The two most significant bits of a channel number are 01, those of a STUN message 00.</summary>
    private const byte KindMask = 0xC0;
    private const byte Kind = 0x40;

    private readonly ReadOnlySpan<byte> _message;

    private ChannelData(ReadOnlySpan<byte> message) => _message = message;

    /// <summary>0x4000 to 0x7FFF; whether it is bound is the server's to know.</summary>
    public ushort Channel => BinaryPrimitives.ReadUInt16BigEndian(_message);

    /// <summary>What the peer gets or has sent; may be empty.</summary>
    public ReadOnlySpan<byte> Data => _message[HeaderBytes..];

    /// <summary>Whether a message on a TURN transport is no STUN message (RFC 8656 section 12.6): first byte 64 to 127.</summary>
    public static bool LooksLikeChannelData(ReadOnlySpan<byte> message) => !message.IsEmpty && (message[0] & KindMask) == Kind;

    /// <summary>
    /// Parses a datagram, or one message of a stream, with or without its padding. Errors:
    /// <see cref="DropReason.ChannelDataTruncated"/>, <see cref="DropReason.ChannelDataMalformed"/>.
    /// </summary>
    public static DropReason TryParse(ReadOnlySpan<byte> message, out ChannelData channelData)
    {
        channelData = default;
        if (message.Length < HeaderBytes)
        {
            return DropReason.ChannelDataTruncated;
        }

        if (!LooksLikeChannelData(message))
        {
            return DropReason.ChannelDataMalformed;
        }

        int end = HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(message[LengthOffset..]);
        if (end > message.Length)
        {
            return DropReason.ChannelDataTruncated;
        }

        if (message.Length - end > PaddingMax)
        {
            return DropReason.ChannelDataMalformed;
        }

        channelData = new ChannelData(message[..end]);
        return DropReason.None;
    }

    /// <summary>Writes the header in front of data that is already in place.</summary>
    /// <param name="header">At least <see cref="HeaderBytes"/>.</param>
    /// <param name="channel">0x4000 to 0x7FFF.</param>
    /// <param name="dataBytes">0 to 65,535.</param>
    public static void WriteHeader(Span<byte> header, ushort channel, int dataBytes)
    {
        Invariant.Holds(channel >> 14 == 1, "a channel number begins with 01");
        Invariant.Holds(dataBytes is >= 0 and <= ushort.MaxValue, "channel data is at most 65,535 bytes");
        BinaryPrimitives.WriteUInt16BigEndian(header, channel);
        BinaryPrimitives.WriteUInt16BigEndian(header[LengthOffset..], (ushort)dataBytes);
    }

    /// <summary>Writes header, data and, for a stream, zero padding. False, and nothing written, if it does not fit.</summary>
    public static bool TryWrite(Span<byte> destination, ushort channel, ReadOnlySpan<byte> data, bool padded, out int written)
    {
        int end = HeaderBytes + data.Length;
        int length = padded ? StreamFraming.Padded(end) : end;
        if (length > destination.Length || data.Length > ushort.MaxValue)
        {
            written = 0;
            return false;
        }

        WriteHeader(destination, channel, data.Length);
        data.CopyTo(destination[HeaderBytes..]);
        destination[end..length].Clear();
        written = length;
        return true;
    }
}
