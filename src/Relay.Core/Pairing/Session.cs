using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Pairing;

/// <summary>What the pairing engine knows about one session. Nothing in here says who or where the client is.</summary>
internal sealed class Session(SessionKey key, ModeSet modes)
{
    public SessionKey Key { get; } = key;

    public ModeSet Modes { get; } = modes;

    public SessionState State { get; set; } = SessionState.New;

    /// <summary>The mode last asked for; only meaningful if <see cref="HasAsked"/>.</summary>
    public PairingMode Mode { get; set; }

    /// <summary>Whether the session ever asked for a partner, so that "next" knows a mode.</summary>
    public bool HasAsked { get; set; }

    public bool HasSocket { get; set; }

    /// <summary>Whether it ever had a socket: the next one resumes.</summary>
    public bool HadSocket { get; set; }

    public LegState Leg { get; set; }

    /// <summary>The worker that the leg lives on; only meaningful with a leg.</summary>
    public int LegPool { get; set; }

    /// <summary>Why a leg ended while no socket was there to be told.</summary>
    public CloseReason UntoldLegEnd { get; set; }

    public Session? Partner { get; set; }

    /// <summary>Names the pair to both sides.</summary>
    public string? PairRef { get; set; }

    /// <summary>Whom it talked to last; not met again at once if anybody else waits.</summary>
    public SessionKey LastPartner { get; set; }

    /// <summary>Place in the queue, lowest first; kept while the leg moves or the socket is away.</summary>
    public long Ticket { get; set; }

    /// <summary>Whether the matchmaker holds it: queued, and with a socket.</summary>
    public bool Waiting { get; set; }

    /// <summary>When the session ends without a socket.</summary>
    public Instant SocketDeadline { get; set; } = Instant.Never;

    /// <summary>When to look whether it should move to another pool.</summary>
    public Instant RenewDeadline { get; set; } = Instant.Never;

    /// <summary>Where its next leg should live while it is asked to move; -1 otherwise.</summary>
    public int RenewPool { get; set; } = NoPool;

    /// <summary>No worker: text needs none.</summary>
    public const int NoPool = -1;

    /// <summary>Where it can meet others: its leg's worker, or the one place of all text sessions.</summary>
    public int Pool => Mode.NeedsLeg() ? LegPool : NoPool;
}

/// <summary>Where a session's leg stands.</summary>
internal enum LegState : byte
{
    None,
    Connecting,
    Connected,
}
