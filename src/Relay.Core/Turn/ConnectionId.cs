namespace Relay.Core.Turn;

/// <summary>
/// CONNECTION-ID (RFC 6062 section 6.2.1) as this relay draws it: the worker's number in the first byte, so that a client's
/// data connection can be led to the worker that has the peer's, and chance in the other three.
/// </summary>
public static class ConnectionId
{
    private const int WorkerShift = 24;
    private const uint ChanceMask = 0xFF_FFFF;

    /// <param name="worker">0 to 255.</param>
    /// <param name="chance">Its lowest 24 bits count.</param>
    public static uint Of(int worker, uint chance) => ((uint)worker << WorkerShift) | (chance & ChanceMask);

    public static int WorkerOf(uint id) => (int)(id >> WorkerShift);
}
