using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>A port that EVEN-PORT reserved, and under what it is counted until somebody has it.</summary>
internal struct Reservation
{
    public RelayedAddress Address;
    public ulong Token;

    /// <summary>As <see cref="TurnAllocation.AccountKey"/>.</summary>
    public ulong AccountKey;

    /// <summary>As <see cref="TurnAllocation.SourceKey"/>.</summary>
    public ulong SourceKey;
}

/// <summary>
/// Ports that EVEN-PORT reserved, each for 30 seconds or until somebody shows its RESERVATION-TOKEN (RFC 8656 section 7.2).
/// A token is the entry's index and 48 random bits, so it cannot be guessed.
/// </summary>
internal sealed class ReservationTable
{
    /// <summary>RFC 8656 section 7.2: at least 30 s.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private const int IndexBits = 16;

    private readonly RandomSource _random;
    private readonly Reservation[] _entries;
    private readonly int[] _free;
    private int _freeCount;

    /// <param name="max">1 to 65,536 reservations.</param>
    /// <param name="random">Draws tokens.</param>
    public ReservationTable(int max, RandomSource random)
    {
        _random = random;
        _entries = new Reservation[max];
        _free = new int[max];
        _freeCount = max;
        for (int i = 0; i < max; i++)
        {
            _free[i] = max - 1 - i;
        }
    }

    public bool HasRoom => _freeCount > 0;

    public int Count => _entries.Length - _freeCount;

    /// <summary>Keeps a reservation and gives it a token; there is room. Returns the entry's index, for its timer.</summary>
    public int Add(ref Reservation reservation)
    {
        int index = _free[--_freeCount];
        do
        {
            reservation.Token = (_random.NextUInt64() << IndexBits) | (uint)index;
        }
        while (reservation.Token >> IndexBits == 0);

        _entries[index] = reservation;
        return index;
    }

    /// <summary>Finds a token's entry, which stays.</summary>
    public bool TryFind(ulong token, out int index, out Reservation reservation)
    {
        index = (int)(token & ((1 << IndexBits) - 1));
        reservation = index < _entries.Length ? _entries[index] : default;
        // An empty entry's token is 0, which nobody gets. One comparison of whole words does not show how much of a guess is
        // right.
        return reservation.Token != 0 && reservation.Token == token;
    }

    /// <summary>Forgets the entry; false if there is none. The address is the caller's now.</summary>
    public bool TryRemove(int index, out Reservation reservation)
    {
        reservation = _entries[index];
        if (reservation.Token == 0)
        {
            return false;
        }

        _entries[index] = default;
        _free[_freeCount++] = index;
        return true;
    }
}
