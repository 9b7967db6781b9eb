using Relay.Core.Diagnostics;

namespace Relay.Core.Engine;

/// <summary>What an engine tells the control plane.</summary>
public enum EngineEventKind : byte
{
    None,

    /// <summary>ICE and DTLS are done: media can flow.</summary>
    Connected,

    /// <summary>The transport ended, by itself or by command; its slot is free.</summary>
    Closed,
}

/// <summary>One event, a plain value.</summary>
public struct EngineEvent
{
    public EngineEventKind Kind;
    public TransportId Transport;

    /// <summary>For <see cref="EngineEventKind.Closed"/>.</summary>
    public CloseReason Reason;
}
