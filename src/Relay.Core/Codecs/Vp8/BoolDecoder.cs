using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Relay.Core.Codecs.Vp8;

/// <summary>
/// RFC 6386 section 7: reads the bits of an arithmetic code, each with the probability that it is 0. After the last byte it
/// reads zeros and says so: libvpx and libwebp call such a frame damaged as well.
/// </summary>
internal ref struct BoolDecoder
{
    /// <summary>The probability of a bit that is as likely 0 as 1, in 256ths.</summary>
    public const byte Half = 128;

    private const int ValueBits = 64;
    private const int WindowBits = 8;

    private readonly ReadOnlySpan<byte> _data;

    /// <summary>Where to load from next.</summary>
    private int _position;

    /// <summary>The code from the current bit on, first bit at the top. What has not been loaded is 0 or already right.</summary>
    private ulong _value;

    /// <summary>How many bits of the value have been loaded and not been used.</summary>
    private int _bits;

    /// <summary>Width of the current interval, 128 to 255 between calls.</summary>
    private uint _range;

    public BoolDecoder(ReadOnlySpan<byte> data)
    {
        _data = data;
        _range = 255;
    }

    /// <summary>Goes on where another decoder of the same data stopped.</summary>
    public BoolDecoder(ReadOnlySpan<byte> data, Stop stop)
    {
        _data = data;
        _position = stop.Position;
        _value = stop.Value;
        _bits = stop.Bits;
        _range = stop.Range;
    }

    /// <summary>What comes next is not wholly told by the data: encoders leave more bytes behind their last bit.</summary>
    public readonly bool IsOverrun => _bits < WindowBits && _position == _data.Length;

    /// <summary>Where this decoder is.</summary>
    public readonly Stop Current => new(_position, _value, _bits, _range);

    /// <param name="probability">Of the bit being 0, in 256ths; 0 counts as almost never.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool ReadBool(byte probability)
    {
        if (_bits < WindowBits)
        {
            Load();
        }

        uint split = 1 + (((_range - 1) * probability) >> 8);
        ulong threshold = (ulong)split << (ValueBits - WindowBits);
        bool bit = _value >= threshold;
        if (bit)
        {
            _range -= split;
            _value -= threshold;
        }
        else
        {
            _range = split;
        }

        int shift = BitOperations.LeadingZeroCount(_range) - (32 - WindowBits);
        _range <<= shift;
        _value <<= shift;
        _bits -= shift;
        return bit;
    }

    /// <summary>A bit that is as likely 0 as 1.</summary>
    public bool ReadFlag() => ReadBool(Half);

    /// <summary>An unsigned number, its highest bit first.</summary>
    public int ReadLiteral(int bits)
    {
        int value = 0;
        for (; bits > 0; bits--)
        {
            value = (value << 1) | (ReadFlag() ? 1 : 0);
        }

        return value;
    }

    /// <summary>A flag and, if it is set, a number with its sign behind it; else 0.</summary>
    public int ReadOptionalSigned(int bits)
    {
        if (!ReadFlag())
        {
            return 0;
        }

        int magnitude = ReadLiteral(bits);
        return ReadFlag() ? -magnitude : magnitude;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Load()
    {
        int left = _data.Length - _position;
        if (left >= sizeof(ulong))
        {
            // Bits of a byte that does not fit whole stay too: it will be put over them once more.
            _value |= BinaryPrimitives.ReadUInt64BigEndian(_data[_position..]) >> _bits;
            int bytes = (ValueBits - _bits) / 8;
            _position += bytes;
            _bits += bytes * 8;
            return;
        }

        for (; left > 0 && _bits <= ValueBits - 8; left--)
        {
            _value |= (ulong)_data[_position++] << (ValueBits - 8 - _bits);
            _bits += 8;
        }
    }

    /// <summary>A decoder without its data.</summary>
    public readonly record struct Stop(int Position, ulong Value, int Bits, uint Range);
}
