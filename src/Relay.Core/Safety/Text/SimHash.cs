using System.Numerics;

namespace Relay.Core.Safety.Text;

/// <summary>
/// A hash of 64 bits that is near for lines that are nearly the same (Charikar): every run of four letters votes on each bit.
/// Says nothing of short lines, which have few runs.
/// </summary>
public static class SimHash
{
    /// <summary>Lines at most this far apart are nearly the same.</summary>
    public const int NearDistance = 10;

    private const int Run = 4;

    /// <summary>The hash of a line.</summary>
    /// <param name="folded">A line as <see cref="TextFolding.Fold"/> gives it. Only letters and digits count.</param>
    /// <param name="letters">How many of them there are.</param>
    public static ulong Hash(ReadOnlySpan<char> folded, out int letters)
    {
        Span<int> votes = stackalloc int[64];
        votes.Clear();
        letters = 0;
        ulong run = 0;
        foreach (char c in folded)
        {
            if (!char.IsLetterOrDigit(c))
            {
                continue;
            }

            run = (run << 16) | c;
            if (++letters >= Run)
            {
                Vote(Mix(run), votes);
            }
        }

        ulong hash = 0;
        for (int bit = 0; bit < votes.Length; bit++)
        {
            hash |= votes[bit] > 0 ? 1UL << bit : 0;
        }

        return hash;
    }

    /// <summary>Bits in which the two differ.</summary>
    public static int Distance(ulong left, ulong right) => BitOperations.PopCount(left ^ right);

    private static void Vote(ulong hash, Span<int> votes)
    {
        for (int bit = 0; bit < votes.Length; bit++)
        {
            votes[bit] += ((hash >> bit) & 1) == 1 ? 1 : -1;
        }
    }

    /// <summary>SplitMix64's finalizer: every bit of the run moves every bit of the hash.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
