using System.Net;
using System.Net.Sockets;

namespace Relay.Testing.Peers;

/// <summary>A peer's UDP socket, with losses made to measure.</summary>
internal sealed class PeerSocket : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private readonly TestPeerOptions _options;
    private readonly Random _random;
    private volatile Socket _socket;
    private volatile bool _isReceiving = true;
    private volatile IPEndPoint? _remote;

    public PeerSocket(TestPeerOptions options)
    {
        _options = options;
        _random = new Random(options.Seed);
        _socket = Bind();
    }

    public IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public IPEndPoint? Remote
    {
        get => _remote;
        set => _remote = value;
    }

    public bool IsReceiving
    {
        get => _isReceiving;
        set => _isReceiving = value;
    }

    public void Rebind()
    {
        using Socket old = _socket;
        _socket = Bind();
    }

    /// <summary>Blocks until something has arrived or the time is over.</summary>
    public void Wait(TimeSpan timeout)
    {
        try
        {
            _socket.Poll(timeout, SelectMode.SelectRead);
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // Rebound meanwhile.
        }
    }

    public bool TryReceive(Span<byte> buffer, out int length)
    {
        length = 0;
        while (_socket.Poll(0, SelectMode.SelectRead))
        {
            length = _socket.Receive(buffer);
            if (_isReceiving)
            {
                return true;
            }
        }

        return false;
    }

    public void Send(ReadOnlySpan<byte> datagram)
    {
        try
        {
            _socket.SendTo(datagram, SocketFlags.None, _remote ?? throw new InvalidOperationException("There is no answer yet."));
        }
        catch (SocketException)
        {
            // As lost on the way.
        }
    }

    /// <summary>Draws whether an arriving packet gets lost.</summary>
    public bool IsLost() => _options.IncomingLoss > 0 && _random.NextDouble() < _options.IncomingLoss;

    /// <summary>Draws whether a packet to send gets lost.</summary>
    public bool IsSendLost() => _options.OutgoingLoss > 0 && _random.NextDouble() < _options.OutgoingLoss;

    public void Dispose() => _socket.Dispose();

    private Socket Bind()
    {
        var socket = new Socket(_options.LocalAddress.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveBufferSize = BufferBytes,
            SendBufferSize = BufferBytes,
        };
        socket.Bind(new IPEndPoint(_options.LocalAddress, 0));
        return socket;
    }
}
