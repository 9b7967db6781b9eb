using System.Buffers.Text;
using System.Globalization;
using System.Numerics;

namespace Relay.Core.Safety.Hashing;

/// <summary>
/// A perceptual hash of 256 bits. Pictures that look alike have hashes at a small distance. Written as 64 hexadecimal
/// digits, bit 255 first, as every tool of the field does.
/// </summary>
/// <param name="Word0">Bits 0 to 63.</param>
/// <param name="Word1">Bits 64 to 127.</param>
/// <param name="Word2">Bits 128 to 191.</param>
/// <param name="Word3">Bits 192 to 255.</param>
public readonly record struct PictureHash(ulong Word0, ulong Word1, ulong Word2, ulong Word3)
{
    public const int Bits = 256;

    /// <summary>Hexadecimal digits of the written form.</summary>
    public const int HexLength = 64;

    private const int WordDigits = 16;

    /// <summary>Bits in which the two differ, 0 to 256. Unrelated pictures are at some 128.</summary>
    public static int Distance(in PictureHash left, in PictureHash right) =>
        BitOperations.PopCount(left.Word0 ^ right.Word0) + BitOperations.PopCount(left.Word1 ^ right.Word1)
        + BitOperations.PopCount(left.Word2 ^ right.Word2) + BitOperations.PopCount(left.Word3 ^ right.Word3);

    /// <summary>Reads exactly 64 hexadecimal digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<byte> hex, out PictureHash hash)
    {
        hash = default;
        if (hex.Length != HexLength
            || !TryParseWord(hex[..16], out ulong word3) || !TryParseWord(hex[16..32], out ulong word2)
            || !TryParseWord(hex[32..48], out ulong word1) || !TryParseWord(hex[48..], out ulong word0))
        {
            return false;
        }

        hash = new PictureHash(word0, word1, word2, word3);
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Word3:x16}{Word2:x16}{Word1:x16}{Word0:x16}");

    private static bool TryParseWord(ReadOnlySpan<byte> digits, out ulong word) =>
        Utf8Parser.TryParse(digits, out word, out int consumed, 'x') && consumed == WordDigits;
}
