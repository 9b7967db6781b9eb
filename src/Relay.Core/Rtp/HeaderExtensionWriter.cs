using System.Buffers.Binary;

namespace Relay.Core.Rtp;

/// <summary>
/// Writes an RTP header extension (RFC 8285; layouts in <see cref="HeaderExtensionReader"/>), its 4-byte header included.
/// </summary>
public ref struct HeaderExtensionWriter
{
    /// <summary>Largest id of the one-byte form; 15 is reserved.</summary>
    public const byte OneByteIdMax = 14;

    /// <summary>Largest value of the one-byte form, in bytes.</summary>
    public const int OneByteValueMaxLength = 16;

    /// <summary>Largest value of the two-byte form, in bytes.</summary>
    public const int TwoByteValueMaxLength = 255;

    private const int LengthOffset = 2;
    private const int WordLength = 4;

    private readonly Span<byte> _destination;
    private readonly bool _twoByte;
    private int _length;

    private HeaderExtensionWriter(Span<byte> destination, bool twoByte)
    {
        _destination = destination;
        _twoByte = twoByte;
        _length = RtpPacketReader.ExtensionHeaderLength;
    }

    /// <param name="destination">Where the extension's header goes: just behind the RTP header and its CSRCs.</param>
    /// <param name="twoByte">True for the two-byte form.</param>
    public static HeaderExtensionWriter Begin(Span<byte> destination, bool twoByte) => new(destination, twoByte);

    /// <summary>Adds one element.</summary>
    /// <returns>False, with nothing added, if the form cannot carry the id or length, or if there is no room.</returns>
    public bool TryAdd(byte id, scoped ReadOnlySpan<byte> value)
    {
        bool fits = _twoByte
            ? id != 0 && value.Length <= TwoByteValueMaxLength
            : id is > 0 and <= OneByteIdMax && value.Length is > 0 and <= OneByteValueMaxLength;
        int headerLength = _twoByte ? 2 : 1;
        if (!fits || Padded(_length + headerLength + value.Length) > _destination.Length)
        {
            return false;
        }

        if (_twoByte)
        {
            _destination[_length] = id;
            _destination[_length + 1] = (byte)value.Length;
        }
        else
        {
            _destination[_length] = (byte)((id << HeaderExtensionReader.OneByteIdShift) | (value.Length - 1));
        }

        value.CopyTo(_destination[(_length + headerLength)..]);
        _length += headerLength + value.Length;
        return true;
    }

    /// <summary>Writes the extension's header and pads to 32 bits with zeros.</summary>
    /// <returns>Total bytes, a multiple of 4; 0 if nothing was added (then the X bit must be 0).</returns>
    public readonly int Finish()
    {
        if (_length == RtpPacketReader.ExtensionHeaderLength)
        {
            return 0;
        }

        int total = Padded(_length);
        _destination[_length..total].Clear();
        ushort profile = _twoByte ? HeaderExtensionReader.TwoByteProfile : HeaderExtensionReader.OneByteProfile;
        int words = (total - RtpPacketReader.ExtensionHeaderLength) / WordLength;
        BinaryPrimitives.WriteUInt16BigEndian(_destination, profile);
        BinaryPrimitives.WriteUInt16BigEndian(_destination[LengthOffset..], (ushort)words);
        return total;
    }

    private static int Padded(int length) => (length + WordLength - 1) & ~(WordLength - 1);
}
