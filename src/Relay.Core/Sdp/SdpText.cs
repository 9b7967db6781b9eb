using System.Globalization;

namespace Relay.Core.Sdp;

/// <summary>The small grammar pieces of RFC 8866 section 9: tokens, numbers, ice-chars.</summary>
internal static class SdpText
{
    /// <summary>Takes the next run of non-space characters off the front; empty at the end.</summary>
    public static ReadOnlySpan<char> TakeToken(ref ReadOnlySpan<char> text)
    {
        text = text.TrimStart(' ');
        int end = text.IndexOf(' ');
        ReadOnlySpan<char> token = end < 0 ? text : text[..end];
        text = end < 0 ? [] : text[end..].TrimStart(' ');
        return token;
    }

    /// <summary>A plain decimal number with no sign, at most <paramref name="max"/>.</summary>
    public static bool TryParseNumber(ReadOnlySpan<char> text, uint max, out uint value) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= max;

    /// <summary>A token of RFC 8866 section 9, at least one and at most <paramref name="charsMax"/> characters.</summary>
    public static bool IsToken(ReadOnlySpan<char> text, int charsMax) => IsToken(text, charsMax, allowSlash: false);

    /// <summary>A proto field: tokens with slashes between them.</summary>
    public static bool IsProtocol(ReadOnlySpan<char> text) => IsToken(text, SdpLimits.MediaFieldCharsMax, allowSlash: true);

    /// <summary>ice-chars of RFC 8839 section 5.4 within the given length.</summary>
    public static bool IsIceChars(ReadOnlySpan<char> text, int charsMin, int charsMax)
    {
        if (text.Length < charsMin || text.Length > charsMax)
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsToken(ReadOnlySpan<char> text, int charsMax, bool allowSlash)
    {
        if (text.IsEmpty || text.Length > charsMax)
        {
            return false;
        }

        foreach (char c in text)
        {
            bool ok = c is > ' ' and <= '~' and not ('"' or '(' or ')' or ',' or ':' or ';' or '<' or '=' or '>' or '?' or '@'
                or '[' or '\\' or ']' or '/');
            if (!ok && !(allowSlash && c == '/'))
            {
                return false;
            }
        }

        return true;
    }
}
