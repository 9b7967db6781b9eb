using Relay.Core.Primitives;

namespace Relay.Core.Safety.Text;

/// <summary>
/// Whether one sender tells the same to one partner after the other, which is what advertising does and people do only with
/// greetings. Remembers hashes of the last <see cref="Remembered"/> long lines, never a line.
/// </summary>
public sealed class RepeatedLines
{
    /// <summary>Lines that are remembered.</summary>
    public const int Remembered = 32;

    /// <summary>Shorter lines (letters and digits) may be told to everybody.</summary>
    public const int LettersMin = 24;

    /// <summary>A line is repeated if it was told to this many partners before.</summary>
    public const int PartnersMax = 2;

    /// <summary>How long a line is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly Entry[] _entries = new Entry[Remembered];
    private int _next;
    private int _count;

    /// <summary>Takes in a line; true if too many partners were told nearly the same.</summary>
    /// <param name="folded">A line as <see cref="TextFolding.Fold"/> gives it.</param>
    /// <param name="pair">A number that is another one with each partner.</param>
    public bool HandleLine(ReadOnlySpan<char> folded, long pair, Instant now)
    {
        ulong hash = SimHash.Hash(folded, out int letters);
        if (letters < LettersMin)
        {
            return false;
        }

        int partners = CountPartners(hash, pair, now);
        _entries[_next] = new Entry(now, hash, pair);
        _next = (_next + 1) % Remembered;
        _count = Math.Min(_count + 1, Remembered);
        return partners >= PartnersMax;
    }

    private int CountPartners(ulong hash, long pair, Instant now)
    {
        Span<long> told = stackalloc long[Remembered];
        int partners = 0;
        foreach (Entry entry in _entries.AsSpan(0, _count))
        {
            if (entry.Pair != pair && now - entry.At <= Memory && SimHash.Distance(entry.Hash, hash) <= SimHash.NearDistance
                && !told[..partners].Contains(entry.Pair))
            {
                told[partners++] = entry.Pair;
            }
        }

        return partners;
    }

    private readonly record struct Entry(Instant At, ulong Hash, long Pair);
}
