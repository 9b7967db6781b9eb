using System.Net;
using System.Net.Sockets;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>A network between one peer and the relay that loses a share of all datagrams, each way, in a seeded order.</summary>
internal sealed class LossyProxy : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private readonly Socket _front = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _back = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private double _loss;
    private readonly Random _random;
    private readonly Thread _thread;
    private readonly List<Socket> _readable = [];
    private volatile IPEndPoint? _relay;
    private EndPoint? _peer;
    private long _lostUp;
    private long _lostDown;
    private long _passed;
    private volatile bool _isStopping;

    /// <param name="loss">0 to 1.</param>
    /// <param name="seed">Of the losses.</param>
    public LossyProxy(double loss, int seed)
    {
        _loss = loss;
        _random = new Random(seed);
        foreach (Socket socket in new[] { _front, _back })
        {
            socket.ReceiveBufferSize = BufferBytes;
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "Lossy proxy" };
        _thread.Start();
    }

    /// <summary>0 to 1.</summary>
    public double Loss
    {
        get => Volatile.Read(ref _loss);
        set => Volatile.Write(ref _loss, value);
    }

    /// <summary>Datagrams of the peer that never came to the relay.</summary>
    public long LostUp => Interlocked.Read(ref _lostUp);

    /// <summary>Datagrams of the relay that never came to the peer.</summary>
    public long LostDown => Interlocked.Read(ref _lostDown);

    public long Passed => Interlocked.Read(ref _passed);

    /// <summary>Takes the relay's candidate and gives the address to send to instead.</summary>
    public IPEndPoint Route(IPEndPoint candidate)
    {
        _relay = candidate;
        return (IPEndPoint)_front.LocalEndPoint!;
    }

    public void Dispose()
    {
        _isStopping = true;
        _thread.Join();
        _front.Dispose();
        _back.Dispose();
    }

    private void Run()
    {
        byte[] buffer = new byte[2048];
        while (!_isStopping)
        {
            _readable.Clear();
            _readable.AddRange([_front, _back]);
            Socket.Select(_readable, null, null, TimeSpan.FromMilliseconds(50));
            foreach (Socket socket in _readable)
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                int length = socket.ReceiveFrom(buffer, ref from);
                Pass(socket == _front, from, buffer.AsSpan(0, length));
            }
        }
    }

    private void Pass(bool isUp, EndPoint from, ReadOnlySpan<byte> datagram)
    {
        _peer = isUp ? from : _peer;
        if (_random.NextDouble() < Loss)
        {
            Interlocked.Increment(ref isUp ? ref _lostUp : ref _lostDown);
            return;
        }

        Interlocked.Increment(ref _passed);
        (Socket socket, EndPoint? to) = isUp ? (_back, _relay) : (_front, _peer);
        if (to is not null)
        {
            socket.SendTo(datagram, SocketFlags.None, to);
        }
    }
}
