using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp;

// RFC 2198 section 3: headers of older copies first, then the header of the newest data, then all data in that order.
//
//  0                   1                    2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3  4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |1|   block PT  |  timestamp offset         |   block length    |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// +-+-+-+-+-+-+-+-+
// |0|   block PT  |   of the newest block, which takes the rest of the payload
// +-+-+-+-+-+-+-+-+

/// <summary>The layout of a redundant audio payload, as a plain value.</summary>
/// <param name="HeaderLength">Bytes of all block headers.</param>
/// <param name="PrimaryOffset">Where the newest block starts in the payload; it takes the rest, one byte or more.</param>
public readonly record struct RedPayload(byte HeaderLength, ushort PrimaryOffset)
{
    /// <summary>Older copies in one payload; browsers send one or two.</summary>
    public const int CopiesMax = 4;

    /// <summary>The longest <see cref="HeaderLength"/>.</summary>
    public const int HeaderMaxBytes = (CopiesMax * CopyHeaderLength) + 1;

    private const int CopyHeaderLength = 4;
    private const byte FollowBit = 0x80;
    private const byte PayloadTypeMask = 0x7F;
    private const int LengthHighOffset = 2;
    private const int LengthLowOffset = 3;
    private const int LengthHighMask = 0x03;

    /// <summary>Reads the block headers.</summary>
    /// <param name="payload">The RTP payload without padding.</param>
    /// <param name="payloadType">What every block must be.</param>
    /// <param name="layout">The result.</param>
    /// <returns>
    /// <see cref="DropReason.PayloadTruncated"/>, or <see cref="DropReason.PayloadMalformed"/> for a block of another
    /// payload type and for more than <see cref="CopiesMax"/> copies.
    /// </returns>
    public static DropReason TryRead(ReadOnlySpan<byte> payload, byte payloadType, out RedPayload layout)
    {
        layout = default;
        int offset = 0;
        int copiesLength = 0;
        for (int copies = 0; ; copies++)
        {
            if (payload.Length <= offset)
            {
                return DropReason.PayloadTruncated;
            }

            byte first = payload[offset];
            if ((first & PayloadTypeMask) != payloadType)
            {
                return DropReason.PayloadMalformed;
            }

            if ((first & FollowBit) == 0)
            {
                break;
            }

            if (copies == CopiesMax)
            {
                return DropReason.PayloadMalformed;
            }

            if (payload.Length < offset + CopyHeaderLength)
            {
                return DropReason.PayloadTruncated;
            }

            copiesLength += ((payload[offset + LengthHighOffset] & LengthHighMask) << 8) | payload[offset + LengthLowOffset];
            offset += CopyHeaderLength;
        }

        int headerLength = offset + 1;
        if (headerLength + copiesLength >= payload.Length)
        {
            return DropReason.PayloadTruncated;
        }

        layout = new RedPayload((byte)headerLength, (ushort)(headerLength + copiesLength));
        return DropReason.None;
    }

    /// <summary>Copies the block headers with another payload type.</summary>
    /// <returns><see cref="HeaderLength"/>.</returns>
    public int WriteHeader(ReadOnlySpan<byte> payload, byte payloadType, Span<byte> destination)
    {
        payload[..HeaderLength].CopyTo(destination);
        for (int offset = 0; offset < HeaderLength; offset += CopyHeaderLength)
        {
            destination[offset] = (byte)((destination[offset] & FollowBit) | payloadType);
        }

        return HeaderLength;
    }
}
