using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Relay.Browser.Tests;

/// <summary>A TCP wire between a page and the relay that a test can cut. Media does not pass here: it is UDP.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private readonly Uri _target;
    private readonly Task _accepting;
    private volatile bool _isCut;

    public TcpProxy(Uri target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>Resets every connection; no WebSocket close frame gets through.</summary>
    /// <param name="forGood">Also resets all later ones.</param>
    public void Cut(bool forGood)
    {
        _isCut = forGood;
        foreach (Socket socket in _sockets.Keys)
        {
            Reset(socket);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut(forGood: true);
        await _accepting;
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket near = await _listener.AcceptSocketAsync();
                _ = ServeAsync(near);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket near)
    {
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets[near] = 0;
        try
        {
            if (_isCut)
            {
                return;
            }

            await far.ConnectAsync(_target.Host, _target.Port);
            await Task.WhenAny(CopyAsync(near, far), CopyAsync(far, near));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side is gone: so is the wire.
        }
        finally
        {
            _sockets.TryRemove(near, out _);
            Reset(far);
            Reset(near);
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        while (true)
        {
            int read = await from.ReceiveAsync(buffer);
            if (read == 0)
            {
                return;
            }

            for (int sent = 0; sent < read;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
            }
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        socket.Dispose();
    }
}
