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
    public TransportAddress Remote;
}
