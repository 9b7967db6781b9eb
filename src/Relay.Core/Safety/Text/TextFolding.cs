using System.Text;

namespace Relay.Core.Safety.Text;

/// <summary>
/// Brings a chat line to a plain form, so that what looks the same compares the same: lower-case Latin letters, digits,
/// punctuation, single blanks. Lines are only compared in this form, never shown in it.
/// </summary>
/// <remarks>
/// Not Unicode's NFKC, whose tables the core would have to carry, but what is used to slip past filters: letters of full
/// width, in circles, and of the mathematical alphabets; accents, single or piled up; letters of Cyrillic and Greek that look
/// like Latin ones; characters that are not seen. Other scripts stay as they are. Deterministic and bounded: one pass, and no
/// character becomes longer.
/// </remarks>
public static class TextFolding
{
    /// <summary>À to ÿ without their accents; '*' keeps the character.</summary>
    private const string Latin1 = "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo*ouuuuyty";

    /// <summary>Ā to ſ without their accents.</summary>
    private const string LatinExtended =
        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll" +
        "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    /// <summary>Ḁ to ỿ without their accents.</summary>
    private const string LatinAdditional =
        "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm" +
        "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv" +
        "wwwwwwwwwwxxxxyyzzzzzzhtwyassssdaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee" +
        "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyllvvyy";

    /// <summary>What looks like a plain character, each before the one it looks like, with a blank behind.</summary>
    internal const string LookAlikes =
        "аa вb сc еe ёe нh іi їi јj кk мm оo рp ѕs тt уy хx ԁd ԛq ԝw һh αa βb εe ηn ιi κk νv οo ρp " +
        "τt υu χx γy ωw ɑa ɡg ɩi ɪi ƒf ʟl ʀr ɴn ℓl ∙. ·. 。. ․. ‚, ‘' ’' “\" ”\" –- —- ‐- ‑- −- ⁄/ ∕/ ";

    /// <summary>The plain form of a line.</summary>
    /// <param name="line">Any text; what is not well-formed is left out.</param>
    public static string Fold(ReadOnlySpan<char> line)
    {
        StringBuilder folded = new(line.Length);
        bool blank = false;
        foreach (Rune rune in line.EnumerateRunes())
        {
            if (IsUnseen(rune.Value) || rune == Rune.ReplacementChar)
            {
                continue;
            }

            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                blank = folded.Length > 0;
                continue;
            }

            if (blank)
            {
                folded.Append(' ');
                blank = false;
            }

            Append(folded, Plain(rune.Value));
        }

        return folded.ToString();
    }

    /// <summary>
    /// What has no shape of its own: joiners, direction marks, variation selectors, tags, fillers and accents that combine.
    /// </summary>
    private static bool IsUnseen(int value) => value
        is 0xAD or 0x34F or 0x61C or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x180E or 0x3164 or 0xFEFF or 0xFFA0
        or (>= 0x300 and <= 0x36F) or (>= 0x1AB0 and <= 0x1AFF) or (>= 0x1DC0 and <= 0x1DFF) or (>= 0x20D0 and <= 0x20FF)
        or (>= 0xFE20 and <= 0xFE2F) or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F)
        or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0000 and <= 0xE0FFF);

    private static int Plain(int value)
    {
        value = Compatible(value);
        if (value < 0x80)
        {
            return value is >= 'A' and <= 'Z' ? value | 0x20 : value;
        }

        value = Rune.IsValid(value) ? Rune.ToLowerInvariant(new Rune(value)).Value : value;
        if (value is >= 0xC0 and <= 0xFF)
        {
            return Latin1[value - 0xC0] is not '*' and var letter ? letter : value;
        }

        if (value is >= 0x100 and <= 0x17F)
        {
            return LatinExtended[value - 0x100];
        }

        if (value is >= 0x1E00 and <= 0x1EFF)
        {
            return LatinAdditional[value - 0x1E00];
        }

        for (int i = 0; i < LookAlikes.Length; i += 3)
        {
            if (LookAlikes[i] == value)
            {
                return LookAlikes[i + 1];
            }
        }

        return value;
    }

    /// <summary>Letters and digits in another dress.</summary>
    private static int Compatible(int value) => value switch
    {
        >= 0xFF01 and <= 0xFF5E => value - 0xFF01 + '!',
        >= 0x24D0 and <= 0x24E9 => value - 0x24D0 + 'a',
        >= 0x24B6 and <= 0x24CF => value - 0x24B6 + 'a',
        >= 0x249C and <= 0x24B5 => value - 0x249C + 'a',
        >= 0x2460 and <= 0x2468 => value - 0x2460 + '1',
        >= 0x2080 and <= 0x2089 => value - 0x2080 + '0',
        >= 0x2074 and <= 0x2079 => value - 0x2074 + '4',
        0x2070 or 0x24EA => '0',
        0xB9 => '1',
        0xB2 or 0xB3 => value - 0xB2 + '2',
        >= 0x1F130 and <= 0x1F149 => value - 0x1F130 + 'a',
        >= 0x1F150 and <= 0x1F169 => value - 0x1F150 + 'a',
        >= 0x1F170 and <= 0x1F189 => value - 0x1F170 + 'a',
        >= 0x1F1E6 and <= 0x1F1FF => value - 0x1F1E6 + 'a',

        // Thirteen Latin alphabets of 26 capitals and 26 small letters, then, behind Greek, five rows of digits.
        >= 0x1D400 and <= 0x1D6A3 => ((value - 0x1D400) % 26) + 'a',
        >= 0x1D7CE and <= 0x1D7FF => ((value - 0x1D7CE) % 10) + '0',
        _ => value,
    };

    private static void Append(StringBuilder folded, int value)
    {
        if (value < 0x10000)
        {
            folded.Append((char)value);
        }
        else
        {
            folded.Append(char.ConvertFromUtf32(value));
        }
    }
}
