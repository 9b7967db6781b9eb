using Relay.Core.Codecs.Vp8;

namespace Relay.Core.Tests.Codecs.Vp8;

/// <summary>The other side of <see cref="BoolDecoder"/> (RFC 6386 section 7.3).</summary>
internal sealed class BoolEncoder
{
    private readonly List<byte> _bytes = [];
    private uint _range = 255;
    private uint _bottom;
    private int _bitsLeft = 24;

    public void Write(bool bit, byte probability = BoolDecoder.Half)
    {
        uint split = 1 + (((_range - 1) * probability) >> 8);
        if (bit)
        {
            _bottom = unchecked(_bottom + split);
            if (_bottom < split)
            {
                Carry();
            }

            _range -= split;
        }
        else
        {
            _range = split;
        }

        while (_range < 128)
        {
            _range <<= 1;
            Shift();
        }
    }

    public void WriteLiteral(int value, int bits)
    {
        for (int bit = bits - 1; bit >= 0; bit--)
        {
            Write(((value >> bit) & 1) != 0);
        }
    }

    /// <summary>What <see cref="BoolDecoder.ReadOptionalSigned"/> reads.</summary>
    public void WriteOptionalSigned(int value, int bits)
    {
        Write(value != 0);
        if (value != 0)
        {
            WriteLiteral(Math.Abs(value), bits);
            Write(value < 0);
        }
    }

    /// <summary>Ends the code; a decoder has more bytes than it needs then.</summary>
    public byte[] Finish()
    {
        for (int i = 0; i < 32; i++)
        {
            Shift();
        }

        return [.. _bytes, 0, 0];
    }

    private void Shift()
    {
        bool carries = (_bottom & 0x80000000) != 0;
        _bottom <<= 1;
        if (carries)
        {
            Carry();
        }

        if (--_bitsLeft == 0)
        {
            _bytes.Add((byte)(_bottom >> 24));
            _bottom &= 0xFFFFFF;
            _bitsLeft = 8;
        }
    }

    private void Carry()
    {
        int at = _bytes.Count - 1;
        for (; at >= 0 && _bytes[at] == 255; at--)
        {
            _bytes[at] = 0;
        }

        _bytes[at]++;
    }
}
