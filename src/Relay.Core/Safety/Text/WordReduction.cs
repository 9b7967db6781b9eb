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

    /// <summary>The words of a folded line, reduced, in their order.</summary>
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
                words.Add(Reduce(piece));
            }
        }
    }

    /// <summary>Single letters in a row are one word.</summary>
    private static void Flush(List<string> words, StringBuilder spaced)
    {
        if (spaced.Length > 0)
        {
            words.Add(Reduce(spaced.ToString()));
            spaced.Clear();
        }
    }

    /// <summary>Letters for what stands for them, each once however often it is repeated.</summary>
    private static string Reduce(ReadOnlySpan<char> word)
    {
        StringBuilder reduced = new(word.Length);
        foreach (char c in word)
        {
            char letter = Letter(c);
            if (reduced.Length == 0 || reduced[^1] != letter)
            {
                reduced.Append(letter);
            }
        }

        return reduced.ToString();
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
