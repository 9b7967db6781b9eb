using System.Globalization;

namespace Relay.Core.Safety.Text;

/// <summary>
/// Reads word lists, an entry a line:
/// <code>
/// # a comment
/// word
/// beginning*
/// some words in a row
/// </code>
/// Case, accents and disguises do not matter. Blank lines, carriage returns and a byte order mark are fine. All or nothing,
/// as with hash banks.
/// </summary>
public sealed class WordListReader
{
    /// <summary>The most entries of one list.</summary>
    public const int EntriesMax = 100_000;

    /// <summary>The most characters of an entry.</summary>
    public const int LengthMax = 100;

    /// <summary>Shorter beginnings would match nearly everything.</summary>
    public const int BeginningMin = 3;

    private readonly List<string> _words = [];
    private readonly List<string> _beginnings = [];

    /// <summary>Reads one file; after a fault the reader is of no more use.</summary>
    /// <param name="file">The name to give in a fault.</param>
    /// <param name="contents">The whole file.</param>
    /// <param name="fault">What is wrong, and where.</param>
    public bool TryRead(string file, string contents, out WordListFault fault)
    {
        ArgumentNullException.ThrowIfNull(contents);
        string[] lines = contents.TrimStart('\uFEFF').Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (Read(lines[i].AsSpan().Trim()) is { } what)
            {
                fault = new WordListFault(file, i + 1, what);
                return false;
            }
        }

        fault = default;
        return true;
    }

    /// <summary>The list of all that was read.</summary>
    public WordList ToList() => new(_words, _beginnings);

    /// <summary>Null, or what is wrong with the line.</summary>
    private string? Read(ReadOnlySpan<char> line)
    {
        if (line.IsEmpty || line[0] == '#')
        {
            return null;
        }

        if (line.Length > LengthMax)
        {
            return string.Create(CultureInfo.InvariantCulture, $"an entry has at most {LengthMax} characters");
        }

        if (_words.Count + _beginnings.Count == EntriesMax)
        {
            return string.Create(CultureInfo.InvariantCulture, $"a list holds at most {EntriesMax:N0} entries");
        }

        bool isBeginning = line[^1] == '*';
        List<string> words = WordReduction.Split(TextFolding.Fold(isBeginning ? line[..^1] : line));
        if (words.Count == 0 || line[..^1].Contains('*'))
        {
            return "expected a word, a beginning with a star behind it, or words in a row";
        }

        if (isBeginning && (words.Count > 1 || words[0].Length < BeginningMin))
        {
            return string.Create(CultureInfo.InvariantCulture, $"a beginning is one word of at least {BeginningMin} letters");
        }

        (isBeginning ? _beginnings : _words).Add(string.Join(' ', words));
        return null;
    }
}

/// <summary>Why a list could not be read.</summary>
/// <param name="File">As the caller named it.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="What">What is wrong with the line; never the line itself.</param>
public readonly record struct WordListFault(string File, int Line, string What)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}: {What}");
}
