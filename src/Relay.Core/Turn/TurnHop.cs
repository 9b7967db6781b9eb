using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// What a TURN client sent to this relay's own media port: the payload lies within the message that was handled, and the
/// engine takes it as a datagram from <see cref="Remote"/>.
/// </summary>
public struct TurnHop
{
    /// <summary>Where the payload begins in the message.</summary>
    public int Offset;

    /// <summary>Bytes of the payload.</summary>
    public int Length;

    /// <summary>Who sent it, for the engine: a <see cref="VirtualAddressKind.TurnPeer"/> address that answers go to.</summary>
    public TransportAddress Remote;

    /// <summary>The allocation's relayed address: what the datagram's source would be on the wire.</summary>
    public TransportAddress Mapped;

    /// <summary>True if the message was not for the engine.</summary>
    public readonly bool IsNone => Remote == default;
}
