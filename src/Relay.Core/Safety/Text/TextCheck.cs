using Relay.Core.Primitives;

namespace Relay.Core.Safety.Text;

/// <summary>Why a chat line does not go to the partner.</summary>
public enum TextVerdict : byte
{
    /// <summary>It goes.</summary>
    Clean,

    /// <summary>It leads somewhere else.</summary>
    Link,

    /// <summary>It has one of the operator's words.</summary>
    Word,

    /// <summary>Others were told the same.</summary>
    Repeated,
}

/// <summary>The checks of one sender's chat lines. Owns what the sender told before; keeps no line.</summary>
/// <param name="holdsLinks">Whether lines with links are held.</param>
public sealed class TextCheck(bool holdsLinks)
{
    private readonly RepeatedLines _lines = new();

    /// <summary>Judges a line before the partner has it.</summary>
    /// <param name="line">As the sender wrote it; the caller bounds its length.</param>
    /// <param name="words">The list in use.</param>
    /// <param name="pair">A number that is another one with each partner.</param>
    public TextVerdict HandleLine(ReadOnlySpan<char> line, WordList words, long pair, Instant now)
    {
        ArgumentNullException.ThrowIfNull(words);
        string folded = TextFolding.Fold(line);
        bool repeated = _lines.HandleLine(folded, pair, now);
        return words.Matches(folded) ? TextVerdict.Word
            : holdsLinks && LinkDetector.HasLink(folded) ? TextVerdict.Link
            : repeated ? TextVerdict.Repeated
            : TextVerdict.Clean;
    }
}
