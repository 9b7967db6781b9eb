using Relay.Core.Primitives;

namespace Relay.Core.Buffers;

/// <summary>
/// One datagram on its way out: <see cref="Length"/> bytes from <see cref="Offset"/> of the slot. Whoever takes it from
/// the engine releases the handle after sending.
/// </summary>
public struct Transmit
{
    public PacketHandle Packet;
    public int Offset;
    public int Length;

    /// <summary><see cref="Received.Arrival"/> of the datagram that caused it; 0 if none did.</summary>
    public long Arrival;

    /// <summary>The relay port to send it from; 0 for the worker's own socket.</summary>
    public int Via;

    /// <summary>A relay port must not let it be fragmented: IPv4's DF. The worker's own socket does not look.</summary>
    public bool DontFragment;

    public TransportAddress Remote;
}
