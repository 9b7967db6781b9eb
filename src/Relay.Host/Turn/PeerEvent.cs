namespace Relay.Host.Turn;

/// <summary>What happened to a <see cref="PeerLink"/>.</summary>
internal enum PeerEventKind : byte
{
    None,

    /// <summary>A peer has connected to a listener.</summary>
    Incoming,

    /// <summary>It is connected.</summary>
    Opened,

    /// <summary>It could not be connected, or has ended.</summary>
    Closed,
}

/// <summary>News for the worker.</summary>
internal struct PeerEvent
{
    public PeerEventKind Kind;
    public PeerLink Link;

    /// <summary>Where it came in; null for what is not incoming.</summary>
    public PeerListener? Listener;
}
