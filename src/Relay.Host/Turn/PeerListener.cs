using System.Net;
using System.Net.Sockets;

namespace Relay.Host.Turn;

/// <summary>
/// The relayed address of one TCP allocation: takes connections, one after another, each when the worker has decided about the
/// one before. What waits longer waits in the system.
/// </summary>
internal sealed class PeerListener : IDisposable
{
    private const int Backlog = 16;
    private const int SocketLevel = 1;
    private const int ReuseAddress = 2;
    private const int ReusePort = 15;

    private static readonly TimeSpan AfterError = TimeSpan.FromMilliseconds(100);

    private readonly PeerSockets _owner;
    private readonly Socket _socket;
    private readonly WakeSignal _isJudged = new();
    private volatile bool _isClosed;

    private PeerListener(PeerSockets owner, Socket socket, int handle, ByteRate rate)
    {
        _owner = owner;
        _socket = socket;
        Handle = handle;
        Rate = rate;
        Local = (IPEndPoint)socket.LocalEndPoint!;
    }

    public int Handle { get; }

    /// <summary>What the allocation may move.</summary>
    public ByteRate Rate { get; }

    public IPEndPoint Local { get; }

    /// <summary>Null if the port is taken or there is no socket left.</summary>
    public static PeerListener? TryOpen(PeerSockets owner, IPEndPoint local, int handle, ByteRate rate)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            // Connections of an earlier allocation may still linger on the port; another listener keeps us out nevertheless.
            Set(socket, ReuseAddress);
            socket.Bind(local);
            socket.Listen(Backlog);
            // From here on our own outgoing connections may have the port as well; nobody else's listener may.
            Set(socket, ReusePort);
            return new PeerListener(owner, socket, handle, rate);
        }
        catch (SocketException)
        {
            socket?.Dispose();
            return null;
        }
    }

    /// <summary>A socket for a connection from the listener's port.</summary>
    /// <exception cref="SocketException">There is none left.</exception>
    public Socket CreateSocket()
    {
        var socket = new Socket(Local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (Local.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            Set(socket, ReuseAddress);
            Set(socket, ReusePort);
            socket.Bind(Local);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes connections until it is disposed. Never throws.</summary>
    public async Task AcceptAsync()
    {
        while (true)
        {
            Socket accepted;
            try
            {
                accepted = await _socket.AcceptAsync();
            }
            catch (SocketException) when (!_isClosed)
            {
                // Out of descriptors or memory for now, or an error of one connection, which accept(2) returns too.
                await Task.Delay(AfterError);
                continue;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }

            if (TryLink(accepted) is { } link)
            {
                await _owner.TellAsync(PeerEventKind.Incoming, link, this);
                await _isJudged.WaitAsync();
            }
        }
    }

    /// <summary>The worker has decided about the last connection.</summary>
    public void HandleJudged() => _isJudged.Set();

    public void Dispose()
    {
        _isClosed = true;
        _socket.Dispose();
        _isJudged.Set();
    }

    private PeerLink? TryLink(Socket accepted)
    {
        try
        {
            accepted.NoDelay = true;
            return new PeerLink(_owner, Rate, (IPEndPoint)accepted.RemoteEndPoint!, accepted);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            accepted.Dispose();
            return null;
        }
    }

    // .NET's own option sets both at once.
    private static void Set(Socket socket, int option) =>
        socket.SetRawSocketOption(SocketLevel, option, BitConverter.GetBytes(1));
}
