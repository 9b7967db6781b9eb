namespace Relay.Core.Pairing;

/// <summary>
/// What the pairing engine counts. Written by the engine's one thread; others may read a number that is a moment old.
/// </summary>
public sealed class PairingCounters
{
    private readonly long[] _pairsMade = new long[PairingModes.Count];
    private readonly int[] _pairs = new int[PairingModes.Count];
    private readonly int[] _waiting = new int[PairingModes.Count];

    /// <summary>Sessions ever opened.</summary>
    public long SessionsOpened { get; internal set; }

    /// <summary>Sessions refused because the table was full.</summary>
    public long SessionsRefused { get; internal set; }

    /// <summary>Sessions that ended because no socket came (back).</summary>
    public long SessionsExpired { get; internal set; }

    /// <summary>Sockets that took a living session over again.</summary>
    public long SessionsResumed { get; internal set; }

    /// <summary>Sessions asked to move to another worker.</summary>
    public long Renewals { get; internal set; }

    /// <summary>Messages that had no effect.</summary>
    public long MessagesRefused { get; internal set; }

    /// <summary>Sessions alive.</summary>
    public int Sessions { get; internal set; }

    /// <summary>Pairs ever made in a mode.</summary>
    public long PairsMade(PairingMode mode) => Volatile.Read(ref _pairsMade[(int)mode]);

    /// <summary>Pairs talking in a mode.</summary>
    public int Pairs(PairingMode mode) => Volatile.Read(ref _pairs[(int)mode]);

    /// <summary>Sessions waiting in a mode.</summary>
    public int Waiting(PairingMode mode) => Volatile.Read(ref _waiting[(int)mode]);

    /// <summary>Pairs talking in all modes.</summary>
    public int AllPairs => Pairs(PairingMode.Text) + Pairs(PairingMode.Voice) + Pairs(PairingMode.Video);

    internal void PairBegan(PairingMode mode)
    {
        _pairsMade[(int)mode]++;
        _pairs[(int)mode]++;
    }

    internal void PairEnded(PairingMode mode) => _pairs[(int)mode]--;

    internal void SetWaiting(PairingMode mode, int count) => _waiting[(int)mode] = count;
}
