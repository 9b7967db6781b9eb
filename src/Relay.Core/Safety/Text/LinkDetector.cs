using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;

namespace Relay.Core.Safety.Text;

/// <summary>
/// Whether a line leads somewhere else: a URL, a name with a known top-level domain, an IPv4 address, a mail address, also with
/// the dot written out ("example dot com", "example(.)com"). Errs towards finding: a held line is told to its sender, who
/// can write it otherwise.
/// </summary>
public static class LinkDetector
{
    /// <summary>
    /// Top-level domains that make a link of a name. Not all there are: most words behind a full stop without a blank are no
    /// link, and these are the ones that chat spam uses.
    /// </summary>
    private static readonly FrozenSet<string> TopLevels = FrozenSet.Create(StringComparer.Ordinal, [
        "app", "biz", "blog", "bot", "cam", "cash", "cc", "ch", "chat", "click", "club", "cn", "co", "com", "date", "de", "dev",
        "es", "eu", "fans", "fr", "fun", "fyi", "gg", "gift", "gl", "icu", "info", "io", "it", "jp", "link", "live", "ly", "me",
        "media", "mobi", "monster", "net", "nl", "online", "onl", "org", "ph", "pl", "porn", "pro", "pw", "ru", "sbs", "sex",
        "sexy", "shop", "site", "space", "store", "stream", "su", "tel", "tk", "to", "today", "top", "tv", "uk", "us", "vip",
        "website", "win", "wtf", "xxx", "xyz",
    ]);

    /// <summary>Of these, those that are no words: they make a link with the dot written out as well.</summary>
    private static readonly FrozenSet<string> Unmistakable = FrozenSet.Create(StringComparer.Ordinal, [
        "app", "com", "gg", "info", "io", "net", "org", "ru", "tv", "xyz", "xxx", "ly", "cc",
    ]);

    /// <summary>Of these, those that people write behind a full stop without a blank: they need a path ("t.me/name").</summary>
    private static readonly FrozenSet<string> Words = FrozenSet.Create(StringComparer.Ordinal, ["it", "me", "to", "us"]);

    private static readonly FrozenSet<string> Dots = FrozenSet.Create(
        StringComparer.Ordinal, ["dot", "punkt", "punto", "point", "."]);

    private static readonly SearchValues<char> HeadEnds = SearchValues.Create("/?#!,.:;)");

    /// <summary>Looks for a link.</summary>
    /// <param name="folded">A line as <see cref="TextFolding.Fold"/> gives it.</param>
    public static bool HasLink(string folded)
    {
        ArgumentNullException.ThrowIfNull(folded);
        if (folded.Contains("://", StringComparison.Ordinal) || folded.Contains("www.", StringComparison.Ordinal))
        {
            return true;
        }

        // Brackets around a dot, as in example[.]com, are only there to be taken away.
        string plain = folded.Replace("[.]", ".", StringComparison.Ordinal).Replace("(.)", ".", StringComparison.Ordinal)
            .Replace("{.}", ".", StringComparison.Ordinal).Replace("(dot)", " dot ", StringComparison.Ordinal)
            .Replace("[dot]", " dot ", StringComparison.Ordinal).Replace("{dot}", " dot ", StringComparison.Ordinal);
        string[] words = plain.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            if (IsLink(words[i]) || (i + 2 < words.Length && IsSpelledOut(words[i], words[i + 1], words[i + 2])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A word with a dot in it: a name before a top-level domain, or an address.</summary>
    private static bool IsLink(string word)
    {
        foreach (string part in word.Split('/', '?', '#', '@', ':', ',', ';', '(', ')', '<', '>', '"', '\'', '!', '|', '*'))
        {
            string name = part.Trim('.', '-', '_');
            int dot = name.LastIndexOf('.');
            if (dot > 0 && (IsAddress(name) || (IsLabel(name[..dot]) && IsTopLevel(word, name, name[(dot + 1)..]))))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSpelledOut(string name, string dot, string topLevel) =>
        Dots.Contains(dot) && IsLabel(name) && Unmistakable.Contains(Head(topLevel));

    /// <summary>What stands before the path, or before a mark at the end.</summary>
    private static string Head(string word)
    {
        int end = word.AsSpan().IndexOfAny(HeadEnds);
        return end < 0 ? word : word[..end];
    }

    private static bool IsLabel(string name) => name.Length > 0 && char.IsLetterOrDigit(name[^1]);

    private static bool IsTopLevel(string word, string name, string topLevel) => TopLevels.Contains(topLevel)
        && (!Words.Contains(topLevel) || word.Contains(name + "/", StringComparison.Ordinal));

    /// <summary>Four numbers of one byte each, and not a version or a date of fewer.</summary>
    private static bool IsAddress(string name)
    {
        string[] numbers = name.Split('.');
        foreach (string number in numbers)
        {
            if (!byte.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                return false;
            }
        }

        return numbers.Length == 4;
    }
}
