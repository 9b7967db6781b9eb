using System.Collections.Frozen;

namespace Relay.Core.Safety.Text;

/// <summary>
/// The operator's words. A line is cut into words the way somebody reads it who is used to disguises: figures and signs that
/// stand for letters (h3llo, $), letters drawn out (heeello) and letters spaced apart (h e l l o) are seen through. Never
/// changes, so any number of threads may look at once; made by <see cref="WordListReader"/>.
/// </summary>
/// <remarks>
/// Words match whole, so that an innocent word that contains one does not, unless the entry ends in a star. What is not seen
/// through: letters left out, words run together, marks in the middle of a word.
/// </remarks>
public sealed class WordList
{
    private readonly FrozenDictionary<string, string[]> _words;
    private readonly FrozenDictionary<string, string[]> _beginnings;
    private readonly int _phraseWords;

    /// <param name="words">What matches whole: a word, or words with single blanks between them.</param>
    /// <param name="beginnings">Words that match what begins with them.</param>
    internal WordList(IEnumerable<string> words, IEnumerable<string> beginnings)
    {
        _words = Index(words);
        _beginnings = Index(beginnings);
        foreach (string[] entries in _words.Values)
        {
            Count += entries.Length;
            _phraseWords = Math.Max(_phraseWords, entries[0].AsSpan().Count(' ') + 1);
        }

        foreach (string[] entries in _beginnings.Values)
        {
            Count += entries.Length;
        }
    }

    /// <summary>A list that matches nothing.</summary>
    public static WordList Empty { get; } = new([], []);

    /// <summary>Entries, each counted once.</summary>
    public int Count { get; }

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
            if (HasBeginning(words[i]) || BeginsEntry(words, i))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasBeginning(string word)
    {
        string collapsed = WordReduction.Collapse(word);
        for (int length = 1; length <= Math.Min(collapsed.Length, WordListReader.LengthMax) && _beginnings.Count > 0; length++)
        {
            if (Fits(_beginnings, collapsed[..length], word, isBeginning: true))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the word, or it with those that follow, is an entry.</summary>
    private bool BeginsEntry(List<string> words, int first)
    {
        string phrase = words[first];
        for (int next = first + 1; ; next++)
        {
            if (Fits(_words, WordReduction.Collapse(phrase), phrase, isBeginning: false))
            {
                return true;
            }

            if (next == words.Count || next - first >= _phraseWords)
            {
                return false;
            }

            phrase = phrase + " " + words[next];
        }
    }

    private static bool Fits(FrozenDictionary<string, string[]> index, string key, string words, bool isBeginning)
    {
        foreach (string entry in index.GetValueOrDefault(key, []))
        {
            if (WordReduction.Fits(entry, words, isBeginning))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Entries by what is left of them with each letter once.</summary>
    private static FrozenDictionary<string, string[]> Index(IEnumerable<string> entries)
    {
        Dictionary<string, string[]> index = new(StringComparer.Ordinal);
        foreach (string entry in entries)
        {
            string key = WordReduction.Collapse(entry);
            string[] same = index.GetValueOrDefault(key, []);
            if (!same.AsSpan().Contains(entry))
            {
                index[key] = [.. same, entry];
            }
        }

        return index.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
