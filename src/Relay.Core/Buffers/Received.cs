using Relay.Core.Primitives;

namespace Relay.Core.Buffers;

/// <summary>
/// One datagram on its way in: <see cref="Length"/> bytes from <see cref="Offset"/> of the worker's
/// <see cref="ReceiveSlab"/>, good until the batch that it came in is handled.
/// </summary>
public struct Received
{
    public int Offset;
    public int Length;
    public TransportAddress Remote;
}
