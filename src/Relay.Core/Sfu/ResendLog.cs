using Relay.Core.Buffers;
using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>
/// Which packets were sent again to one receiver, and when: one that repeats a NACK before the answer can have arrived
/// gets one answer. A receiver that never asked costs nothing. A mutable struct: keep it in a field.
/// </summary>
internal struct ResendLog(SharedArrays<ResentPacket> tables)
{
    /// <summary>Packets remembered, by their number modulo this. One forgotten too early is sent once too often.</summary>
    public const int Size = 256;

    private ResentPacket[]? _resent;

    /// <summary>Notes a packet that is about to be sent again; false if that was done less than <paramref name="wait"/> ago.</summary>
    public bool TryNote(long sequence, TimeSpan wait, Instant now)
    {
        if (_resent is null)
        {
            if (!tables.TryRent(out _resent))
            {
                return false;
            }

            Array.Clear(_resent);
        }

        ref ResentPacket last = ref _resent[(int)(sequence & (Size - 1))];
        if (last.Sequence == sequence && now - last.Time < wait)
        {
            return false;
        }

        last = new ResentPacket { Sequence = sequence, Time = now };
        return true;
    }

    /// <summary>Forgets all: another source begins.</summary>
    public void Clear()
    {
        if (_resent is { } table)
        {
            _resent = null;
            tables.Return(table);
        }
    }
}

/// <summary>An entry of <see cref="ResendLog"/>.</summary>
public struct ResentPacket
{
    public long Sequence;
    public Instant Time;
}
