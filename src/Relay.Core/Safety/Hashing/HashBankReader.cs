using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Relay.Core.Safety.Hashing;

/// <summary>
/// Reads hash banks as the field writes them, one hash a line:
/// <code>
/// # a comment
/// f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22
/// d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22,100,name of the file it came from
/// </code>
/// 64 hexadecimal digits of either case; behind a comma the quality, 0 to 100, and behind another anything. Blank lines, a
/// comment behind a hash, carriage returns and a byte order mark are fine. Hashes of a quality below
/// <see cref="PdqResult.QualityMin"/> would match what they should not and are left out, as are repeated ones.
/// </summary>
/// <remarks>
/// All or nothing: with a fault there is no bank, since one that lacks what the operator believes it to hold is worse than the
/// last good one. Several files make one bank.
/// </remarks>
/// <param name="hashesMax">The most hashes of the bank.</param>
public sealed class HashBankReader(int hashesMax = HashBankReader.HashesMax)
{
    /// <summary>The most hashes of one bank: what is looked through in some milliseconds.</summary>
    public const int HashesMax = 1_000_000;

    private const int QualityMax = 100;

    private readonly List<PictureHash> _hashes = [];
    private readonly HashSet<PictureHash> _seen = [];

    /// <summary>Hashes that were left out for their quality.</summary>
    public int Poor { get; private set; }

    /// <summary>Hashes that were left out because they were there already.</summary>
    public int Repeated { get; private set; }

    /// <summary>Reads one file; after a fault the reader is of no more use.</summary>
    /// <param name="file">The name to give in a fault.</param>
    /// <param name="contents">The whole file.</param>
    /// <param name="fault">What is wrong, and where.</param>
    public bool TryRead(string file, ReadOnlySpan<byte> contents, out HashBankFault fault)
    {
        contents = contents.StartsWith("\uFEFF"u8) ? contents[3..] : contents;
        int line = 0;
        foreach (Range range in contents.Split((byte)'\n'))
        {
            line++;
            if (Read(contents[range]) is { } what)
            {
                fault = new HashBankFault(file, line, what);
                return false;
            }
        }

        fault = default;
        return true;
    }

    /// <summary>The bank of all that was read.</summary>
    public HashBank ToBank() => new(CollectionsMarshal.AsSpan(_hashes));

    /// <summary>Null, or what is wrong with the line.</summary>
    private string? Read(ReadOnlySpan<byte> line)
    {
        int comment = line.IndexOf((byte)'#');
        int name = line.IndexOf((byte)',');
        if (comment >= 0 && (name < 0 || comment < name))
        {
            line = line[..comment];
        }

        line = line.Trim(" \t\r"u8);
        if (line.IsEmpty)
        {
            return null;
        }

        int comma = line.IndexOf((byte)',');
        ReadOnlySpan<byte> digits = (comma < 0 ? line : line[..comma]).Trim(" \t"u8);
        if (!PictureHash.TryParse(digits, out PictureHash hash))
        {
            return $"expected {PictureHash.HexLength} hexadecimal digits, found {digits.Length} characters that are not a hash";
        }

        int quality = QualityMax;
        return comma >= 0 && !TryReadQuality(line[(comma + 1)..], out quality)
            ? $"behind the comma stands no quality from 0 to {QualityMax}"
            : Add(hash, quality);
    }

    private static bool TryReadQuality(ReadOnlySpan<byte> rest, out int quality)
    {
        int end = rest.IndexOf((byte)',');
        ReadOnlySpan<byte> digits = (end < 0 ? rest : rest[..end]).Trim(" \t"u8);
        return Utf8Parser.TryParse(digits, out quality, out int consumed)
            && consumed == digits.Length && quality is >= 0 and <= QualityMax;
    }

    private string? Add(in PictureHash hash, int quality)
    {
        if (quality < PdqResult.QualityMin)
        {
            Poor++;
            return null;
        }

        if (!_seen.Add(hash))
        {
            Repeated++;
            return null;
        }

        if (_hashes.Count == hashesMax)
        {
            return string.Create(CultureInfo.InvariantCulture, $"a bank holds at most {hashesMax:N0} hashes");
        }

        _hashes.Add(hash);
        return null;
    }
}

/// <summary>Why a bank could not be read.</summary>
/// <param name="File">As the caller named it.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="What">What is wrong with the line; never the line itself.</param>
public readonly record struct HashBankFault(string File, int Line, string What)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}: {What}");
}
