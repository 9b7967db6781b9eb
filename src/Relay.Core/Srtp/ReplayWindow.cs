using System.Runtime.CompilerServices;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// Which of the last 1,024 packet indexes were seen (RFC 3711 section 3.3.2). The default value has seen nothing.
/// <see cref="Check"/> changes nothing; only <see cref="Mark"/> does, and only after authentication.
/// </summary>
internal struct ReplayWindow
{
    /// <summary>Indexes remembered, the highest one included.</summary>
    public const int Size = 1024;

    private const int WordBits = 64;

    // A ring: index modulo Size is the bit's place.
    private Words _seen;
    private long _next;

    /// <summary>The highest index marked, -1 if none was.</summary>
    public readonly long Highest => _next - 1;

    public readonly bool IsEmpty => _next == 0;

    /// <summary>None if the index is new, otherwise SrtpReplayed or, if that can no longer be known, SrtpTooOld.</summary>
    public readonly DropReason Check(long index)
    {
        if (index >= _next)
        {
            return DropReason.None;
        }

        if (index < 0 || index <= _next - 1 - Size)
        {
            return DropReason.SrtpTooOld;
        }

        int place = (int)(index % Size);
        return (_seen[place / WordBits] & (1UL << (place % WordBits))) == 0 ? DropReason.None : DropReason.SrtpReplayed;
    }

    /// <summary>Remembers an index. One older than the window has no place in it and changes nothing.</summary>
    public void Mark(long index)
    {
        if (index <= _next - 1 - Size)
        {
            return;
        }

        if (index - _next >= Size)
        {
            _seen = default;
        }
        else
        {
            // The places between the old highest index and this one still hold bits of a lap ago.
            for (long skipped = _next; skipped < index; skipped++)
            {
                int stale = (int)(skipped % Size);
                _seen[stale / WordBits] &= ~(1UL << (stale % WordBits));
            }
        }

        int place = (int)(index % Size);
        _seen[place / WordBits] |= 1UL << (place % WordBits);
        _next = Math.Max(_next, index + 1);
    }

    /// <summary>Forgets everything and takes <paramref name="highest"/> as seen.</summary>
    public void Restart(long highest)
    {
        _seen = default;
        _next = highest;
        Mark(highest);
    }

    [InlineArray(Size / WordBits)]
    private struct Words
    {
        private ulong _word;
    }
}
