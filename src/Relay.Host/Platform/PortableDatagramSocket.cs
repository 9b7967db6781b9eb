using System.Net;
using System.Net.Sockets;
using Relay.Core.Buffers;
using Relay.Core.Primitives;

namespace Relay.Host.Platform;

/// <summary>
/// UDP by the framework's socket class, one system call a datagram: for systems that <see cref="LinuxDatagramSocket"/> does
/// not know, and as its yardstick.
/// </summary>
internal sealed class PortableDatagramSocket : IDatagramSocket
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(30);

    private readonly Socket _socket;
    private readonly PacketPool _pool;
    private readonly int _batchSize;
    private readonly bool _isIPv4;
    private readonly SocketAddress _incomingName;
    private readonly SocketAddress _outgoingName;

    // The framework cannot wait for a socket and an event at once, so a wake is an empty datagram to ourselves.
    private readonly Socket _waker;
    private readonly TransportAddress _wakerAddress;

    private long _received;
    private long _truncatedReceives;
    private long _receiveErrors;
    private long _sent;
    private long _sendErrors;
    private long _sendBufferFull;
    private int _isWoken;
    private bool _isDisposed;

    /// <summary>Takes over a socket that is bound and non-blocking; it is disposed with this object.</summary>
    /// <exception cref="SocketException">The second socket cannot be opened.</exception>
    public PortableDatagramSocket(Socket socket, PacketPool pool, int batchSize)
    {
        _socket = socket;
        _pool = pool;
        _batchSize = batchSize;
        // One byte more than fits, because a datagram cut off at the buffer's end is not marked on every system.
        Slab = new ReceiveSlab(batchSize, PacketPool.DatagramMaxBytes + 1);
        _isIPv4 = socket.AddressFamily == AddressFamily.InterNetwork;
        _incomingName = new SocketAddress(socket.AddressFamily);
        _outgoingName = new SocketAddress(socket.AddressFamily);
        var local = (IPEndPoint)socket.LocalEndPoint!;
        LocalAddress = TransportAddress.FromEndPoint(local);

        IPAddress reachable = local.Address switch
        {
            var any when any.Equals(IPAddress.Any) => IPAddress.Loopback,
            var any when any.Equals(IPAddress.IPv6Any) => IPAddress.IPv6Loopback,
            var one => one,
        };
        _waker = new Socket(socket.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            _waker.Bind(new IPEndPoint(reachable, 0));
            _waker.Connect(new IPEndPoint(reachable, local.Port));
            _wakerAddress = TransportAddress.FromEndPoint((IPEndPoint)_waker.LocalEndPoint!);
        }
        catch
        {
            _waker.Dispose();
            throw;
        }
    }

    public TransportAddress LocalAddress { get; }

    public long MessagesReceived => _received;

    public DatagramOffloads Offloads => DatagramOffloads.None;

    public int ReceiveBufferBytes => 0;

    public ReceiveSlab Slab { get; }

    public DatagramCounters Counters => new()
    {
        Received = Volatile.Read(ref _received),
        TruncatedReceives = Volatile.Read(ref _truncatedReceives),
        ReceiveErrors = Volatile.Read(ref _receiveErrors),
        Sent = Volatile.Read(ref _sent),
        SendErrors = Volatile.Read(ref _sendErrors),
        SendBufferFull = Volatile.Read(ref _sendBufferFull),
    };

    public int Receive(Span<Received> batch)
    {
        int taken = 0;

        // Asking first is one more system call, but an empty queue would be an exception. A call looks at no more than a
        // batch, so that a flood of unusable datagrams cannot hold the worker.
        for (int looked = 0; looked < _batchSize && taken < batch.Length && _socket.Poll(0, SelectMode.SelectRead); looked++)
        {
            if (!TryReceive(Slab.Buffer(taken), out int length, out TransportAddress remote))
            {
                break;
            }

            if (remote == _wakerAddress)
            {
                continue;
            }

            if (length > PacketPool.DatagramMaxBytes)
            {
                _truncatedReceives++;
            }
            else
            {
                batch[taken] = new Received
                {
                    Offset = Slab.OffsetOf(taken),
                    Length = length,
                    Remote = remote,
                };
                taken++;
            }
        }

        _received += taken;
        return taken;
    }

    public int Send(ReadOnlySpan<Transmit> batch)
    {
        int sent = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            ref readonly Transmit transmit = ref batch[i];
            if (!SocketAddressLayout.TryWrite(transmit.Remote, _outgoingName.Buffer.Span, _isIPv4))
            {
                _sendErrors++;
                continue;
            }

            try
            {
                _socket.SendTo(_pool.Span(transmit.Packet, transmit.Offset, transmit.Length), SocketFlags.None, _outgoingName);
                sent++;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
            {
                _sendBufferFull += batch.Length - i;
                break;
            }
            catch (SocketException)
            {
                _sendErrors++;
            }
        }

        _sent += sent;
        return sent;
    }

    public void Wait(TimeSpan timeout)
    {
        if (Interlocked.Exchange(ref _isWoken, 0) != 0)
        {
            return;
        }

        try
        {
            _socket.Poll(TimeSpan.FromTicks(Math.Clamp(timeout.Ticks, 0, LongestWait.Ticks)), SelectMode.SelectRead);
        }
        catch (SocketException)
        {
            // Waiting failed: an early return, and the receive call that follows tells why.
        }

        // Only now: a wake that still sees the flag needs no datagram, because this call returns.
        Interlocked.Exchange(ref _isWoken, 0);
    }

    public void WaitAlsoFor(int descriptor) =>
        throw new PlatformNotSupportedException("Only the sockets of Linux wait for another descriptor.");

    public void Wake()
    {
        if (Interlocked.Exchange(ref _isWoken, 1) != 0)
        {
            return;
        }

        try
        {
            _waker.Send(ReadOnlySpan<byte>.Empty, SocketFlags.None);
        }
        catch (SocketException)
        {
            // The queue is full: the socket is readable, so nobody sleeps.
        }
        catch (ObjectDisposedException)
        {
            // The worker has ended: nobody waits any more.
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _socket.Dispose();
        _waker.Dispose();
    }

    private bool TryReceive(Span<byte> buffer, out int length, out TransportAddress remote)
    {
        try
        {
            length = _socket.ReceiveFrom(buffer, SocketFlags.None, _incomingName);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
        {
            length = int.MaxValue;
        }
        catch (SocketException e)
        {
            _receiveErrors += e.SocketErrorCode == SocketError.WouldBlock ? 0 : 1;
            length = 0;
            remote = default;
            return false;
        }

        remote = SocketAddressLayout.Read(_incomingName.Buffer.Span, _isIPv4);
        return true;
    }
}
