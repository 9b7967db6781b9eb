using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>A packet of an incoming stream that has not come.</summary>
public struct MissingPacket
{
    public long Sequence;

    /// <summary>When its gap showed.</summary>
    public Instant Noticed;

    /// <summary>When to ask for it next.</summary>
    public Instant Due;

    /// <summary>How often it was asked for.</summary>
    public int Tries;
}
