using Relay.Core.Diagnostics;

namespace Relay.Core.Sfu;

/// <summary>
/// Which of the last sequence numbers of a stream have been seen, recovered ones included. Every number passes once: a
/// second one would be sealed again under the same SRTP index, which AEAD does not survive (RFC 7714 section 8.1).
/// </summary>
public sealed class ReceivedWindow
{
    /// <summary>How far back a late packet may lie, in packets.</summary>
    public const int Size = 2048;

    private readonly ulong[] _bits = new ulong[Size / 64];
    private long _highest = -1;

    /// <summary>The highest extended sequence number seen, -1 before the first.</summary>
    public long Highest => _highest;

    /// <summary>Forgets everything: another stream begins.</summary>
    public void Reset()
    {
        Array.Clear(_bits);
        _highest = -1;
    }

    public bool Contains(long sequence) =>
        sequence >= 0 && sequence <= _highest && sequence > _highest - Size && (_bits[Word(sequence)] & Bit(sequence)) != 0;

    /// <summary>Marks the number as seen.</summary>
    /// <returns><see cref="DropReason.Duplicate"/> if it was seen before or lies too far back to tell.</returns>
    public DropReason Add(long sequence)
    {
        if (_highest < 0)
        {
            _highest = sequence;
        }
        else if (sequence <= _highest - Size || Contains(sequence))
        {
            return DropReason.Duplicate;
        }
        else if (sequence > _highest)
        {
            Forget(sequence);
        }

        _bits[Word(sequence)] |= Bit(sequence);
        return DropReason.None;
    }

    private void Forget(long newHighest)
    {
        if (newHighest - _highest >= Size)
        {
            Array.Clear(_bits);
        }
        else
        {
            for (long gap = _highest + 1; gap <= newHighest; gap++)
            {
                _bits[Word(gap)] &= ~Bit(gap);
            }
        }

        _highest = newHighest;
    }

    private static int Word(long sequence) => (int)((ulong)sequence % Size / 64);

    private static ulong Bit(long sequence) => 1UL << (int)(sequence & 63);
}
