namespace Relay.Core.Pairing;

/// <summary>
/// Where a session stands: New -> Ready -> [Preflight ->] Queued -> Paired -> Ready or Queued -> Closed.
/// </summary>
public enum SessionState : byte
{
    /// <summary>No socket yet.</summary>
    New,

    /// <summary>Wants nothing at the moment.</summary>
    Ready,

    /// <summary>Asked for voice or video; its leg is not connected yet.</summary>
    Preflight,

    /// <summary>Waits for a partner.</summary>
    Queued,

    /// <summary>Talks to a partner.</summary>
    Paired,

    /// <summary>Gone for good; its key names nothing any more.</summary>
    Closed,
}
