using System.Text;

namespace Relay.Core.Safety.Text;

/// <summary>
/// Cuts a folded line into words and takes their disguises away. The same for the lines of a list and those of a chat, so
/// both meet in one form.
/// </summary>
internal static class WordReduction
{
    /// <summary>Figures and signs that stand for letters, in pairs.</summary>
    private const string Stand = "0o1i3e4a5s7t8b@a$s!i|i€e+t";

    /// <summary>No word has so many of a letter in a row.</summary>
    private const int DrawnOut = 3;

    /// <summary>The words of a folded line, in their order.</summary>
    public static List<string> Split(string folded)
    {
        List<string> words = [];
        StringBuilder spaced = new();
        foreach (string raw in folded.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Cut(raw, words, spaced);
        }

        Flush(words, spaced);
        return words;
    }

    /// <summary>The words with each letter once, however often it is repeated: one key for all that may be drawn out.</summary>
    public static string Collapse(ReadOnlySpan<char> words)
    {
        StringBuilder collapsed = new(words.Length);
        foreach (char c in words)
        {
            if (collapsed.Length == 0 || collapsed[^1] != c)
            {
                collapsed.Append(c);
            }
        }

        return collapsed.ToString();
    }

    /// <summary>
    /// Whether words are those of an entry, perhaps drawn out: three or more of a letter stand for any number of it, one or
    /// two for themselves, so that a doubled letter makes another word.
    /// </summary>
    /// <param name="entry">An entry's words.</param>
    /// <param name="words">A line's words.</param>
    /// <param name="isBeginning">Whether more may follow.</param>
    public static bool Fits(ReadOnlySpan<char> entry, ReadOnlySpan<char> words, bool isBeginning)
    {
        while (!entry.IsEmpty)
        {
            if (words.IsEmpty || words[0] != entry[0])
            {
                return false;
            }

            int wanted = Run(entry);
            int found = Run(words);
            bool mayFollow = isBeginning && wanted == entry.Length && found > wanted;
            if (wanted != found && found < DrawnOut && !mayFollow)
            {
                return false;
            }

            entry = entry[wanted..];
            words = words[found..];
        }

        return isBeginning || words.IsEmpty;
    }

    private static int Run(ReadOnlySpan<char> letters)
    {
        int end = letters.IndexOfAnyExcept(letters[0]);
        return end < 0 ? letters.Length : end;
    }

    /// <summary>
    /// What stands between blanks. Marks inside split it (a-b) unless all pieces are single letters (h.e.l.l.o), which belong
    /// together like letters with blanks between them.
    /// </summary>
    private static void Cut(string raw, List<string> words, StringBuilder spaced)
    {
        ReadOnlySpan<char> marks = raw.AsSpan().TrimEnd("!?.,;:");
        int start = 0;
        for (int i = 0; i <= marks.Length; i++)
        {
            if (i < marks.Length && IsLetter(marks[i]))
            {
                continue;
            }

            ReadOnlySpan<char> piece = marks[start..i];
            start = i + 1;
            if (piece.Length == 1)
            {
                spaced.Append(Letter(piece[0]));
            }
            else if (piece.Length > 1)
            {
                Flush(words, spaced);
                words.Add(Letters(piece));
            }
        }
    }

    /// <summary>Single letters in a row are one word.</summary>
    private static void Flush(List<string> words, StringBuilder spaced)
    {
        if (spaced.Length > 0)
        {
            words.Add(spaced.ToString());
            spaced.Clear();
        }
    }

    /// <summary>The word with letters for what stands for them.</summary>
    private static string Letters(ReadOnlySpan<char> word)
    {
        StringBuilder letters = new(word.Length);
        foreach (char c in word)
        {
            letters.Append(Letter(c));
        }

        return letters.ToString();
    }

    private static bool IsLetter(char c) =>
        char.IsLetterOrDigit(c) || char.IsSurrogate(c) || Stand.Contains(c, StringComparison.Ordinal);

    private static char Letter(char c)
    {
        for (int i = 0; i < Stand.Length; i += 2)
        {
            if (Stand[i] == c)
            {
                return Stand[i + 1];
            }
        }

        return c;
    }
}
