using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp.Rtcp;

// RFC 3550 section 6.5: source description. Of the items only CNAME (type 1, section 6.5.1) is used.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|   SC    |  PT=SDES=202  |             length            |
// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+  chunk, SC times
// |                           SSRC/CSRC                           |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |    CNAME=1    |     length    | user and domain name        ...
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |  more items, then at least one zero byte up to a whole word   |

/// <summary>Walks the chunks of a source description; all of them are checked first, so that the walk never fails.</summary>
public ref struct SdesReader
{
    internal const int ItemsOffset = 4;
    internal const int ItemHeaderLength = 2;
    internal const byte EndItem = 0;
    internal const byte CnameItem = 1;

    private ReadOnlySpan<byte> _rest;
    private int _chunks;

    private SdesReader(ReadOnlySpan<byte> body, int chunks)
    {
        _rest = body;
        _chunks = chunks;
    }

    /// <returns><see cref="DropReason.RtcpMalformed"/> if it is another type or a chunk goes past the end.</returns>
    public static DropReason TryParse(RtcpPacket packet, out SdesReader reader)
    {
        reader = default;
        if (packet.Type != RtcpPacketType.SourceDescription)
        {
            return DropReason.RtcpMalformed;
        }

        ReadOnlySpan<byte> rest = packet.Body;
        for (int i = 0; i < packet.Count; i++)
        {
            if (!TryReadChunk(rest, out _, out _, out int length))
            {
                return DropReason.RtcpMalformed;
            }

            rest = rest[length..];
        }

        reader = new SdesReader(packet.Body, packet.Count);
        return DropReason.None;
    }

    /// <summary>Reads the next chunk.</summary>
    /// <param name="cname">0 to 255 bytes of UTF-8 as they came; empty if the chunk has no CNAME.</param>
    /// <returns>False at the end.</returns>
    public bool TryReadNext(out uint ssrc, out ReadOnlySpan<byte> cname)
    {
        if (_chunks == 0 || !TryReadChunk(_rest, out ssrc, out cname, out int length))
        {
            ssrc = 0;
            cname = default;
            return false;
        }

        _chunks--;
        _rest = _rest[length..];
        return true;
    }

    private static bool TryReadChunk(ReadOnlySpan<byte> bytes, out uint ssrc, out ReadOnlySpan<byte> cname, out int length)
    {
        cname = default;
        length = 0;
        if (!BinaryPrimitives.TryReadUInt32BigEndian(bytes, out ssrc))
        {
            return false;
        }

        int offset = ItemsOffset;
        while (offset < bytes.Length && bytes[offset] != EndItem)
        {
            int valueOffset = offset + ItemHeaderLength;
            if (valueOffset > bytes.Length || bytes[offset + 1] > bytes.Length - valueOffset)
            {
                return false;
            }

            ReadOnlySpan<byte> value = bytes.Slice(valueOffset, bytes[offset + 1]);
            if (bytes[offset] == CnameItem)
            {
                cname = value;
            }

            offset = valueOffset + value.Length;
        }

        // The end item is there, and the chunk goes on to a whole word: bodies are whole words, so that is inside.
        length = (offset / RtcpHeader.WordLength + 1) * RtcpHeader.WordLength;
        return length <= bytes.Length;
    }
}

/// <summary>Writes source descriptions.</summary>
public static class SdesWriter
{
    /// <summary>Largest CNAME in bytes.</summary>
    public const int CnameMaxLength = 255;

    /// <summary>Bytes of a description with one CNAME of this length.</summary>
    public static int GetLength(int cnameLength)
    {
        int chunk = SdesReader.ItemsOffset + SdesReader.ItemHeaderLength + cnameLength;
        return RtcpHeader.Length + (chunk / RtcpHeader.WordLength + 1) * RtcpHeader.WordLength;
    }

    /// <summary>Writes one chunk with a CNAME.</summary>
    /// <param name="destination">At least <see cref="GetLength"/> bytes.</param>
    /// <param name="cname">UTF-8, at most 255 bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteCname(Span<byte> destination, uint ssrc, ReadOnlySpan<byte> cname)
    {
        Invariant.Holds(cname.Length <= CnameMaxLength, "a CNAME has at most 255 bytes");
        int length = GetLength(cname.Length);
        RtcpHeader.Write(destination, RtcpPacketType.SourceDescription, count: 1, length);
        Span<byte> chunk = destination[RtcpHeader.Length..length];
        BinaryPrimitives.WriteUInt32BigEndian(chunk, ssrc);
        Span<byte> item = chunk[SdesReader.ItemsOffset..];
        item[0] = SdesReader.CnameItem;
        item[1] = (byte)cname.Length;
        cname.CopyTo(item[SdesReader.ItemHeaderLength..]);
        item[(SdesReader.ItemHeaderLength + cname.Length)..].Clear();
        return length;
    }
}
