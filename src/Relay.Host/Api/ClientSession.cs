using Relay.Core.Pairing;
using Relay.Host.Workers;

namespace Relay.Host.Api;

/// <summary>
/// What the API knows about one session. The first group never changes; the second belongs to the pairing loop alone.
/// </summary>
internal sealed class ClientSession(string id, TokenHash tokenHash, ModeSet modes, SessionKey key)
{
    public string Id { get; } = id;

    public TokenHash TokenHash { get; } = tokenHash;

    public ModeSet Modes { get; } = modes;

    public SessionKey Key { get; } = key;

    public bool IsClosed { get; set; }

    public RelaySocket? Socket { get; set; }

    public LegId Leg { get; set; }

    /// <summary>
    /// The worker that the session's TURN credentials are for, and so where its legs are opened; null for any, without TURN.
    /// </summary>
    public int? Worker { get; set; }

    /// <summary>Counts legs and ICE restarts; the ETag of the media resource.</summary>
    public long IceGeneration { get; set; }

    /// <summary>Chat that came while the socket was away, oldest first; kept in memory only, for the resume.</summary>
    public Queue<byte[]> Missed { get; } = new();

#pragma warning disable CA1051, MA0069 // A bucket is a mutable value: a property would hand out a copy.
    public TokenBucket MediaBudget;
#pragma warning restore CA1051, MA0069
}
