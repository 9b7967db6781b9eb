namespace Relay.Core.Turn;

/// <summary>
/// What one TURN server counted since its start. Written by the worker's thread, read by anybody: each figure is right by
/// itself, two of them may be a few packets apart.
/// </summary>
public sealed class TurnCounters
{
    private readonly long[] _refusals = new long[Enum.GetValues<TurnRefusal>().Length];
    private long _allocations;
    private long _allocationsTotal;
    private long _allocationsDrained;
    private long _sharedAddresses;
    private long _requests;
    private long _messagesFromClients;
    private long _bytesFromClients;
    private long _messagesToClients;
    private long _bytesToClients;
    private long _peerConnections;
    private long _peerConnectionsTotal;

    /// <summary>Allocations there are now.</summary>
    public long Allocations => Volatile.Read(ref _allocations);

    /// <summary>Allocations ever made.</summary>
    public long AllocationsTotal => Volatile.Read(ref _allocationsTotal);

    /// <summary>Allocations that a drain's deadline ended.</summary>
    public long AllocationsDrained => Volatile.Read(ref _allocationsDrained);

    /// <summary>Relayed addresses of allocations there are now whose ports others may have as well.</summary>
    public long SharedAddresses => Volatile.Read(ref _sharedAddresses);

    /// <summary>STUN requests, answered or not.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Packets that went from clients on to peers.</summary>
    public long MessagesFromClients => Volatile.Read(ref _messagesFromClients);

    /// <summary>Bytes of those packets, without TURN's headers.</summary>
    public long BytesFromClients => Volatile.Read(ref _bytesFromClients);

    /// <summary>Packets that went from peers on to clients.</summary>
    public long MessagesToClients => Volatile.Read(ref _messagesToClients);

    /// <summary>Bytes of those packets, without TURN's headers.</summary>
    public long BytesToClients => Volatile.Read(ref _bytesToClients);

    /// <summary>TCP connections to peers there are now, unfinished ones among them.</summary>
    public long PeerConnections => Volatile.Read(ref _peerConnections);

    /// <summary>TCP connections to peers ever begun, by either side.</summary>
    public long PeerConnectionsTotal => Volatile.Read(ref _peerConnectionsTotal);

    /// <summary>Requests refused for the reason.</summary>
    public long Refused(TurnRefusal reason) => Volatile.Read(ref _refusals[(int)reason]);

    public void CountRequest() => Add(ref _requests, 1);

    public void CountRefused(TurnRefusal reason) => Add(ref _refusals[(int)reason], 1);

    public void CountOpened()
    {
        Add(ref _allocations, 1);
        Add(ref _allocationsTotal, 1);
    }

    public void CountClosed() => Add(ref _allocations, -1);

    public void CountDrained() => Add(ref _allocationsDrained, 1);

    public void CountSharedOpened() => Add(ref _sharedAddresses, 1);

    public void CountSharedClosed() => Add(ref _sharedAddresses, -1);

    public void CountPeerOpened()
    {
        Add(ref _peerConnections, 1);
        Add(ref _peerConnectionsTotal, 1);
    }

    public void CountPeerClosed() => Add(ref _peerConnections, -1);

    public void CountFromClient(int bytes)
    {
        Add(ref _messagesFromClients, 1);
        Add(ref _bytesFromClients, bytes);
    }

    public void CountToClient(int bytes)
    {
        Add(ref _messagesToClients, 1);
        Add(ref _bytesToClients, bytes);
    }

    // One writer: a plain add and a published store, no interlocked operation.
    private static void Add(ref long counter, long change) => Volatile.Write(ref counter, counter + change);
}
