using System.Text;

namespace Relay.Host.Api;

/// <summary>
/// Makes a chat message harmless to show: line ends become LF; control characters, byte-order marks, noncharacters and
/// the marks that turn the direction of all that follows (U+202A to U+202E) are taken out; blanks at both ends are trimmed.
/// </summary>
internal static class ChatText
{
    /// <summary>The cleaned text; may be empty.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\r')
            {
                // CR LF is one line end, a lone CR too.
                if (i + 1 == text.Length || text[i + 1] != '\n')
                {
                    clean.Append('\n');
                }
            }
            else if (c is '\u2028' or '\u2029')
            {
                clean.Append('\n');
            }
            else if (char.IsSurrogate(c))
            {
                // Half a pair is no character.
                if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                {
                    clean.Append(c).Append(text[++i]);
                }
            }
            else if (!IsUnwanted(c))
            {
                clean.Append(c);
            }
        }

        return clean.ToString().Trim();
    }

    private static bool IsUnwanted(char c) =>
        (char.IsControl(c) && c is not ('\n' or '\t'))
        || c is (>= '\u202A' and <= '\u202E') or '\uFEFF' or (>= '\uFFF9' and <= '\uFFFB')
        || c is '\uFFFE' or '\uFFFF' or (>= '\uFDD0' and <= '\uFDEF');
}
