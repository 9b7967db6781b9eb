namespace Relay.Core.Buffers;

/// <summary>Who holds a reference to a slot; kept so that a leak can be named.</summary>
public enum PacketOwner : byte
{
    /// <summary>In the engine's hands within one call.</summary>
    Engine,

    /// <summary>In the transmit queue or the send call.</summary>
    Transmit,

    /// <summary>Kept to answer NACKs.</summary>
    RetransmissionCache,

    /// <summary>Kept for the frame sampler.</summary>
    Tap,
}
