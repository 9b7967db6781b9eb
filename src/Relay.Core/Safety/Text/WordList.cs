using System.Collections.Frozen;

namespace Relay.Core.Safety.Text;

/// <summary>
/// The operator's words. A line is cut into words the way somebody reads it who is used to disguises: figures and signs that
/// stand for letters (h3ll0, $), letters drawn out (heeello) and letters spaced apart (h e l l o) are seen through. Never
/// changes, so any number of threads may look at once; made by <see cref="WordListReader"/>.
/// </summary>
/// <remarks>
/// Words match whole, so that an innocent word that contains one does not (no Scunthorpes), unless the entry ends in a star.
/// Seeing through has a price: entries that differ only in doubled letters are the same entry.
/// </remarks>
public sealed class WordList
{
    private readonly FrozenSet<string> _words;
    private readonly FrozenSet<string> _beginnings;
    private readonly FrozenSet<string> _phrases;
    private readonly int _beginningMin;
    private readonly int _phraseWords;

    /// <param name="words">Reduced words that match whole.</param>
    /// <param name="beginnings">Reduced words that match what begins with them.</param>
    /// <param name="phrases">Reduced words in a row, with single blanks in between.</param>
    internal WordList(IEnumerable<string> words, IEnumerable<string> beginnings, IEnumerable<string> phrases)
    {
        _words = words.ToFrozenSet(StringComparer.Ordinal);
        _beginnings = beginnings.ToFrozenSet(StringComparer.Ordinal);
        _phrases = phrases.ToFrozenSet(StringComparer.Ordinal);
        _beginningMin = int.MaxValue;
        foreach (string beginning in _beginnings)
        {
            _beginningMin = Math.Min(_beginningMin, beginning.Length);
        }

        foreach (string phrase in _phrases)
        {
            _phraseWords = Math.Max(_phraseWords, phrase.AsSpan().Count(' ') + 1);
        }
    }

    /// <summary>A list that matches nothing.</summary>
    public static WordList Empty { get; } = new([], [], []);

    /// <summary>Entries, each counted once.</summary>
    public int Count => _words.Count + _beginnings.Count + _phrases.Count;

    /// <summary>Whether one of the words is in the line.</summary>
    /// <param name="folded">A line as <see cref="TextFolding.Fold"/> gives it.</param>
    public bool Matches(string folded)
    {
        ArgumentNullException.ThrowIfNull(folded);
        if (Count == 0)
        {
            return false;
        }

        List<string> words = WordReduction.Split(folded);
        for (int i = 0; i < words.Count; i++)
        {
            if (_words.Contains(words[i]) || HasBeginning(words[i]) || BeginsPhrase(words, i))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasBeginning(string word)
    {
        for (int length = _beginningMin; length <= word.Length; length++)
        {
            if (_beginnings.Contains(word[..length]))
            {
                return true;
            }
        }

        return false;
    }

    private bool BeginsPhrase(List<string> words, int first)
    {
        string phrase = words[first];
        for (int count = 2; count <= _phraseWords && first + count <= words.Count; count++)
        {
            phrase = phrase + " " + words[first + count - 1];
            if (_phrases.Contains(phrase))
            {
                return true;
            }
        }

        return false;
    }
}
