using System.Net;
using System.Net.Sockets;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Turn;
using Relay.Host.Platform;

namespace Relay.Host.Turn;

/// <summary>
/// The TCP sockets of one worker's allocations (RFC 6062). The worker opens and closes; waiting and copying is the thread pool's,
/// whose news come back through a bounded mailbox.
/// </summary>
internal sealed class PeerSockets : IPeerConnections, IDisposable
{
    private const int EventsMax = 1024;

    private static readonly TimeSpan FullPause = TimeSpan.FromMilliseconds(1);

    private readonly IPAddress? _bindIPv4;
    private readonly IPAddress? _bindIPv6;
    private readonly StreamTable _streams;
    private readonly Action _wake;
    private readonly long _allocationBytesPerSecond;
    private readonly Mailbox<PeerEvent> _events = new(EventsMax);
    private readonly Dictionary<int, PeerListener> _listeners = [];
    private readonly Dictionary<uint, PeerLink> _links = [];
    private int _lastHandle;
    private long _bytesFromClients;
    private long _bytesToClients;
    private volatile bool _isStopping;

    /// <param name="bind">The local address of relayed ports: an IPv6 wildcard stands for both families.</param>
    /// <param name="streams">The worker's streams, which clients bind to connections.</param>
    /// <param name="allocationBytesPerSecond">What each allocation may move, both ways together; 0 for no limit.</param>
    /// <param name="totalBytesPerSecond">What all of them may.</param>
    /// <param name="wake">Wakes the worker; called from any thread.</param>
    public PeerSockets(
        IPAddress bind, StreamTable streams, long allocationBytesPerSecond, long totalBytesPerSecond, Action wake)
    {
        bool isAny = bind.Equals(IPAddress.Any) || bind.Equals(IPAddress.IPv6Any);
        _bindIPv4 = bind.AddressFamily == AddressFamily.InterNetwork ? bind : isAny ? IPAddress.Any : null;
        _bindIPv6 = bind.AddressFamily == AddressFamily.InterNetworkV6 ? bind : null;
        _streams = streams;
        _allocationBytesPerSecond = allocationBytesPerSecond;
        Total = new ByteRate(totalBytesPerSecond, MonotonicClock.Now);
        _wake = wake;
    }

    /// <summary>What all connections may move.</summary>
    public ByteRate Total { get; }

    /// <summary>Bytes that went from clients on to peers.</summary>
    public long BytesFromClients => Volatile.Read(ref _bytesFromClients);

    /// <summary>Bytes that went from peers on to clients.</summary>
    public long BytesToClients => Volatile.Read(ref _bytesToClients);

    public bool TryListen(bool isIPv6, ushort port, out int listener)
    {
        listener = 0;
        if ((isIPv6 ? _bindIPv6 : _bindIPv4) is not { } bind)
        {
            return false;
        }

        var rate = new ByteRate(_allocationBytesPerSecond, MonotonicClock.Now);
        int handle = _lastHandle == int.MaxValue ? 1 : _lastHandle + 1;
        if (_listeners.ContainsKey(handle)
            || PeerListener.TryOpen(this, new IPEndPoint(bind, port), handle, rate) is not { } opened)
        {
            return false;
        }

        _lastHandle = handle;
        listener = handle;
        _listeners.Add(handle, opened);
        _ = Task.Run(opened.AcceptAsync);
        return true;
    }

    public void CloseListener(int listener)
    {
        if (_listeners.Remove(listener, out PeerListener? closed))
        {
            closed.Dispose();
        }
    }

    public void Connect(uint id, int listener, in TransportAddress peer)
    {
        PeerListener from = _listeners[listener];
        var link = new PeerLink(this, from.Rate, peer.ToEndPoint(), null) { Id = id };
        _links.Add(id, link);
        _ = Task.Run(() => link.ConnectAsync(from));
    }

    public void ConnectPair(uint outgoing, int outgoingListener, uint incoming, int incomingListener)
    {
        PeerListener from = _listeners[outgoingListener];
        PeerListener to = _listeners[incomingListener];
        var near = new PeerLink(this, from.Rate, to.Local, null) { Id = outgoing };
        var far = new PeerLink(this, to.Rate, from.Local, null) { Id = incoming };
        _links.Add(outgoing, near);
        _links.Add(incoming, far);
        _ = Task.Run(() => PairAsync(near, far));
    }

    public bool TryBind(uint id, in TransportAddress stream) =>
        _links.TryGetValue(id, out PeerLink? link) && !link.IsClosed && _streams.TryBind(stream, link);

    public void Close(uint id)
    {
        if (_links.Remove(id, out PeerLink? link))
        {
            link.DisposeSoon();
        }
    }

    /// <summary>Passes one piece of news on to the engine; false if there was none. The worker's thread only.</summary>
    public bool HandleNext(RelayEngine engine, Instant now)
    {
        if (!_events.TryDequeue(out PeerEvent news))
        {
            return false;
        }

        PeerLink link = news.Link;
        if (news.Kind == PeerEventKind.Incoming)
        {
            if (engine.TryAcceptPeer(news.Listener!.Handle, TransportAddress.FromEndPoint(link.Remote), now, out uint id))
            {
                link.Id = id;
                _links.Add(id, link);
            }
            else
            {
                link.DisposeSoon();
            }

            news.Listener.HandleJudged();
        }
        else if (_links.TryGetValue(link.Id, out PeerLink? known) && ReferenceEquals(known, link))
        {
            if (news.Kind == PeerEventKind.Opened)
            {
                engine.HandlePeerOpened(link.Id, now);
            }
            else
            {
                _links.Remove(link.Id);
                engine.HandlePeerClosed(link.Id);
            }
        }

        return true;
    }

    /// <summary>Leaves news for the worker; ends later while there is much. Blocks nobody and never throws.</summary>
    public async Task TellAsync(PeerEventKind kind, PeerLink link, PeerListener? listener = null)
    {
        while (!_isStopping)
        {
            if (_events.TryEnqueue(new PeerEvent { Kind = kind, Link = link, Listener = listener }))
            {
                _wake();
                return;
            }

            await Task.Delay(FullPause);
        }
    }

    /// <summary>Counts bytes that a session has moved; how long it must wait before it moves more.</summary>
    public TimeSpan HandleMoved(PeerLink link, int bytes, bool isFromClient)
    {
        Interlocked.Add(ref isFromClient ? ref _bytesFromClients : ref _bytesToClients, bytes);
        Instant now = MonotonicClock.Now;
        TimeSpan own = link.Rate.Take(bytes, now);
        TimeSpan total = Total.Take(bytes, now);
        return own > total ? own : total;
    }

    /// <summary>Closes everything. The worker has stopped, so nobody hears of it.</summary>
    public void Dispose()
    {
        _isStopping = true;
        foreach (PeerListener listener in _listeners.Values)
        {
            listener.Dispose();
        }

        foreach (PeerLink link in _links.Values)
        {
            link.Dispose();
        }
    }

    private static async Task PairAsync(PeerLink near, PeerLink far)
    {
        try
        {
            (Socket first, Socket second) = await PeerSocketPair.CreateAsync();
            near.Attach(first);
            far.Attach(second);
        }
        catch (SocketException)
        {
            await near.EndAsync();
            await far.EndAsync();
            return;
        }

        // The client that was connected to hears of it first: then it is no surprise to it when bytes come.
        await far.Owner.TellAsync(PeerEventKind.Opened, far);
        await near.Owner.TellAsync(PeerEventKind.Opened, near);
    }
}
