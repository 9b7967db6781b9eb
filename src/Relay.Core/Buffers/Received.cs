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

    /// <summary>
    /// When the system received it, in nanoseconds of a clock that only whoever filled it in knows; 0 if that is not
    /// measured. What the datagram causes to be sent carries it on.
    /// </summary>
    public long Arrival;

    public TransportAddress Remote;
}
