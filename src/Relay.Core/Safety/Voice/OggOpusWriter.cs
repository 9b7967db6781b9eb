using System.Buffers;
using System.Buffers.Binary;

namespace Relay.Core.Safety.Voice;

/// <summary>
/// Opus packets as a file that any player opens, without decoding them (RFC 7845): a page with the header "OpusHead", one with
/// "OpusTags", then the sound, about a second a page.
/// </summary>
internal sealed class OggOpusWriter
{
    /// <summary>What a decoder drops at the start, since it comes in amid a stream: 80 ms (RFC 7845 section 4.2).</summary>
    public const int PreSkip = 3840;

    private readonly OggPageWriter _pages;
    private long _granule;
    private long _flushed;

    /// <summary>Writes the headers.</summary>
    /// <param name="output">Where the file goes.</param>
    /// <param name="serial">Names the stream.</param>
    /// <param name="isStereo">Whether some packet is stereo.</param>
    public OggOpusWriter(IBufferWriter<byte> output, uint serial, bool isStereo)
    {
        _pages = new OggPageWriter(output, serial);

        // Version 1, channels, pre-skip, the rate of the input (for display), gain, mapping family 0 (mono or stereo).
        byte[] head = [.. "OpusHead"u8, 1, (byte)(isStereo ? 2 : 1), 0, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(10), PreSkip);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(12), OpusToc.Rate);
        _pages.Add(head);
        _pages.Flush(0, isLast: false);

        // The encoder's name, and no comments.
        _pages.Add([.. "OpusTags"u8, 5, 0, 0, 0, .. "relay"u8, 0, 0, 0, 0]);
        _pages.Flush(0, isLast: false);
    }

    /// <summary>Adds a packet.</summary>
    /// <param name="packet">A valid Opus packet of at most <see cref="OggPageWriter.PacketMax"/> bytes.</param>
    public void Add(ReadOnlySpan<byte> packet)
    {
        if (_granule - _flushed >= OpusToc.Rate || !_pages.HasRoom(packet.Length))
        {
            _pages.Flush(_granule, isLast: false);
            _flushed = _granule;
        }

        _pages.Add(packet);
        _granule += OpusToc.Samples(packet);
    }

    /// <summary>Writes the last page.</summary>
    public void Finish() => _pages.Flush(_granule, isLast: true);
}
