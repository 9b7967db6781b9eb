namespace Relay.Core.Rtp;

// RFC 8285 section 4.2, one-byte form, profile 0xBEDE:
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |       0xBE    |    0xDE       |      length in 32-bit words   |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |  ID   | L = 1 |     data      |     data      |  0 (padding)  |   data is L + 1 bytes
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// RFC 8285 section 4.3, two-byte form, profile 0x100 and 4 application bits:
//
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |         0x100         |appbits|      length in 32-bit words   |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |      ID       |     L = 1     |     data      |  0 (padding)  |   data is L bytes
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>
/// Walks the elements of an RTP header extension, one- or two-byte form. An element that goes past the end ends the walk, as
/// do the reserved forms of RFC 8285 section 4.2; what came before stays valid.
/// </summary>
public ref struct HeaderExtensionReader
{
    /// <summary>RFC 8285 section 4.2.</summary>
    public const ushort OneByteProfile = 0xBEDE;

    /// <summary>RFC 8285 section 4.3; the low four bits are the application's.</summary>
    public const ushort TwoByteProfile = 0x1000;

    /// <summary>Selects the fixed bits of <see cref="TwoByteProfile"/>.</summary>
    public const ushort TwoByteProfileMask = 0xFFF0;

    internal const int OneByteIdShift = 4;
    internal const int OneByteLengthMask = 0x0F;

    private const byte PaddingId = 0;
    private const byte StopId = 15;

    private readonly ReadOnlySpan<byte> _data;
    private readonly bool _twoByte;
    private int _offset;

    /// <param name="profile">The extension's "defined by profile" field; an unknown one yields no elements.</param>
    /// <param name="data">The extension's data, without its 4-byte header.</param>
    public HeaderExtensionReader(ushort profile, ReadOnlySpan<byte> data)
    {
        _twoByte = (profile & TwoByteProfileMask) == TwoByteProfile;
        _data = _twoByte || profile == OneByteProfile ? data : default;
        _offset = 0;
        ValueOffset = 0;
    }

    /// <summary>Where the last value that was read starts in the extension's data, for changes in place.</summary>
    public int ValueOffset { get; private set; }

    /// <summary>Reads the next element.</summary>
    /// <param name="id">1 to 14 (one-byte form) or 1 to 255 (two-byte form).</param>
    /// <param name="value">1 to 16 bytes (one-byte form) or 0 to 255 bytes (two-byte form).</param>
    /// <returns>False at the end.</returns>
    public bool TryReadNext(out byte id, out ReadOnlySpan<byte> value)
    {
        // Each step moves forward, so the extension's length bounds the loop.
        while (_offset < _data.Length && _data[_offset] == PaddingId)
        {
            _offset++;
        }

        bool found = _twoByte ? TryReadTwoByte(out id, out int length) : TryReadOneByte(out id, out length);
        if (!found || length > _data.Length - _offset)
        {
            _offset = _data.Length;
            id = 0;
            value = default;
            return false;
        }

        ValueOffset = _offset;
        value = _data.Slice(_offset, length);
        _offset += length;
        return true;
    }

    private bool TryReadOneByte(out byte id, out int length)
    {
        id = 0;
        length = 0;
        if (_offset >= _data.Length)
        {
            return false;
        }

        byte header = _data[_offset++];
        id = (byte)(header >> OneByteIdShift);
        length = (header & OneByteLengthMask) + 1;

        // Id 0 with a length, and id 15, end the extension (RFC 8285 section 4.2).
        return id is not (PaddingId or StopId);
    }

    private bool TryReadTwoByte(out byte id, out int length)
    {
        id = 0;
        length = 0;
        if (_offset + 1 >= _data.Length)
        {
            return false;
        }

        id = _data[_offset];
        length = _data[_offset + 1];
        _offset += 2;
        return true;
    }
}
