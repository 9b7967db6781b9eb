using System.Buffers;
using System.Buffers.Binary;

namespace Relay.Core.Safety.Voice;

/// <summary>
/// Writes one logical Ogg stream (RFC 3533 section 6). A packet here never spans pages.
/// <code>
///  0        4   5    6          14      18        22      26        27
/// +--------+---+----+----------+-------+---------+-------+---------+----------+------
/// | "OggS" | 0 |flag| granule  | serial| page no.| CRC   | segments| lengths  | data
/// +--------+---+----+----------+-------+---------+-------+---------+----------+------
/// </code>
/// All numbers are little-endian. A packet's length is written as bytes of 255 and one below 255.
/// </summary>
/// <param name="output">Where the pages go.</param>
/// <param name="serial">Names the stream.</param>
internal sealed class OggPageWriter(IBufferWriter<byte> output, uint serial)
{
    /// <summary>The longest packet: the lengths of a page have room for it.</summary>
    public const int PacketMax = (SegmentsMax * SegmentMax) - 1;

    private const int HeaderBytes = 27;
    private const int SegmentsMax = 255;
    private const int SegmentMax = 255;
    private const byte FirstPage = 2;
    private const byte LastPage = 4;
    private const uint Polynomial = 0x04C11DB7;

    private static readonly uint[] Table = CreateTable();

    private readonly byte[] _lengths = new byte[SegmentsMax];
    private readonly byte[] _data = new byte[SegmentsMax * SegmentMax];
    private int _segments;
    private int _bytes;
    private uint _pages;

    /// <summary>Whether another packet of that length fits into the page.</summary>
    public bool HasRoom(int length) => _segments + (length / SegmentMax) + 1 <= SegmentsMax;

    /// <summary>Adds a packet to the page, which must have room.</summary>
    public void Add(ReadOnlySpan<byte> packet)
    {
        packet.CopyTo(_data.AsSpan(_bytes));
        _bytes += packet.Length;
        for (int left = packet.Length; ; left -= SegmentMax)
        {
            _lengths[_segments++] = (byte)Math.Min(left, SegmentMax);
            if (left < SegmentMax)
            {
                break;
            }
        }
    }

    /// <summary>Writes the page and begins the next.</summary>
    /// <param name="granule">The time at the end of the page's last packet.</param>
    public void Flush(long granule, bool isLast)
    {
        int length = HeaderBytes + _segments + _bytes;
        Span<byte> page = output.GetSpan(length)[..length];
        "OggS"u8.CopyTo(page);
        page[4] = 0;
        page[5] = (byte)((_pages == 0 ? FirstPage : 0) | (isLast ? LastPage : 0));
        BinaryPrimitives.WriteInt64LittleEndian(page[6..], granule);
        BinaryPrimitives.WriteUInt32LittleEndian(page[14..], serial);
        BinaryPrimitives.WriteUInt32LittleEndian(page[18..], _pages);
        BinaryPrimitives.WriteUInt32LittleEndian(page[22..], 0);
        page[26] = (byte)_segments;
        _lengths.AsSpan(0, _segments).CopyTo(page[HeaderBytes..]);
        _data.AsSpan(0, _bytes).CopyTo(page[(HeaderBytes + _segments)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(page[22..], Checksum(page));
        output.Advance(length);
        (_segments, _bytes) = (0, 0);
        _pages++;
    }

    /// <summary>CRC-32 with the highest bit first, from zero, not inverted; the field itself counts as zero.</summary>
    private static uint Checksum(ReadOnlySpan<byte> page)
    {
        uint crc = 0;
        foreach (byte b in page)
        {
            crc = (crc << 8) ^ Table[(crc >> 24) ^ b];
        }

        return crc;
    }

    private static uint[] CreateTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint crc = i << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x80000000) != 0 ? (crc << 1) ^ Polynomial : crc << 1;
            }

            table[i] = crc;
        }

        return table;
    }
}
