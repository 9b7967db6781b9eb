using Relay.Core.Primitives;

namespace Relay.Core.Buffers;

/// <summary>
/// One datagram on its way in: <see cref="Length"/> bytes from <see cref="Offset"/> of the slot. Whoever takes it owns
/// the handle.
/// </summary>
public struct Received
{
    public PacketHandle Packet;
    public int Offset;
    public int Length;
    public TransportAddress Remote;
}
