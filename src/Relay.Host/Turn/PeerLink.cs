using System.Net;
using System.Net.Sockets;

namespace Relay.Host.Turn;

/// <summary>
/// One TCP connection between a relayed address and a peer, on the host's side: opened by the thread pool, closed by anybody. Until
/// a stream is bound to it nothing is read, so that what the peer sends waits in the system.
/// </summary>
internal sealed class PeerLink : IDisposable, IThreadPoolWorkItem
{
    private readonly PeerSockets _owner;
    private Socket? _socket;
    private int _isClosed;
    private int _isClaimed;

    /// <param name="owner">Hears what becomes of it.</param>
    /// <param name="rate">What its allocation may move.</param>
    /// <param name="remote">The peer.</param>
    /// <param name="socket">Connected; the link owns it. Null if there is none yet.</param>
    public PeerLink(PeerSockets owner, ByteRate rate, IPEndPoint remote, Socket? socket)
    {
        _owner = owner;
        _socket = socket;
        Rate = rate;
        Remote = remote;
    }

    /// <summary>CONNECTION-ID; 0 until the worker has given one. The worker's thread only.</summary>
    public uint Id { get; set; }

    public ByteRate Rate { get; }

    public IPEndPoint Remote { get; }

    public PeerSockets Owner => _owner;

    public bool IsClosed => Volatile.Read(ref _isClosed) != 0;

    /// <summary>True once a session sees to its end.</summary>
    public bool IsClaimed => Volatile.Read(ref _isClaimed) != 0;

    /// <summary>Gives it its socket, which it owns from now on.</summary>
    public void Attach(Socket socket)
    {
        Interlocked.Exchange(ref _socket, socket);
        if (IsClosed)
        {
            socket.Dispose();
        }
    }

    /// <summary>Connects to the peer from the listener's port and says how that went. Never throws.</summary>
    public async Task ConnectAsync(PeerListener from)
    {
        try
        {
            Socket socket = from.CreateSocket();
            Attach(socket);
            await socket.ConnectAsync(Remote);
            socket.NoDelay = true;
            await _owner.TellAsync(PeerEventKind.Opened, this);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            await EndAsync();
        }
    }

    /// <summary>From now on the caller, a session, sees to its end.</summary>
    public void Claim() => Volatile.Write(ref _isClaimed, 1);

    /// <summary>What is sent to the peer and received from it.</summary>
    /// <exception cref="IOException">It is closed already.</exception>
    public Stream OpenStream() => new NetworkStream(_socket!, ownsSocket: false);

    /// <summary>The peer gets no more: it sees an end, behind all that was sent.</summary>
    public void EndSending()
    {
        try
        {
            _socket!.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }
    }

    /// <summary>Closes the connection and tells the worker.</summary>
    public Task EndAsync()
    {
        Dispose();
        return _owner.TellAsync(PeerEventKind.Closed, this);
    }

    /// <summary>Closes the connection: whoever waits for it is woken by an error.</summary>
    public void Dispose()
    {
        // A socket that is attached meanwhile is closed there: each side writes before it looks.
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            Volatile.Read(ref _socket)?.Dispose();
        }
    }

    /// <summary>The same for the packet thread, which leaves the work to another one: closing takes as long as many packets.</summary>
    public void DisposeSoon()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => Volatile.Read(ref _socket)?.Dispose();
}
