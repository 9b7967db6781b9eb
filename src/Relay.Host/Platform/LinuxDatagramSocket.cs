using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Relay.Core.Buffers;
using Relay.Core.Primitives;
using static Relay.Host.Platform.LinuxSystemCalls;

namespace Relay.Host.Platform;

/// <summary>
/// UDP by <c>recvmmsg</c> and <c>sendmmsg</c>: one system call for a batch, from the packet pool's slots and into the
/// receive slab, nothing allocated after the constructor.
/// </summary>
internal sealed unsafe class LinuxDatagramSocket : IDatagramSocket
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Socket _socket;
    private readonly SafeFileHandle _event;
    private readonly int _socketDescriptor;
    private readonly int _eventDescriptor;
    private readonly PacketPool _pool;
    private readonly bool _isIPv4;
    private readonly int _batchSize;

    // Pinned, so that the pointers that the structures hold stay good. Receiving and sending have their own.
    private readonly MultiMessageHeader[] _incoming;
    private readonly BufferVector[] _incomingBuffers;
    private readonly SocketAddressBytes[] _incomingNames;
    private readonly MultiMessageHeader[] _outgoing;
    private readonly BufferVector[] _outgoingBuffers;
    private readonly SocketAddressBytes[] _outgoingNames;

    private long _received;
    private long _truncatedReceives;
    private long _receiveErrors;
    private long _sent;
    private long _sendErrors;
    private long _sendBufferFull;
    private int _isWoken;
    private bool _isDisposed;

    /// <summary>Takes over a socket that is bound and non-blocking; it is disposed with this object.</summary>
    /// <exception cref="SocketException">The system is out of descriptors.</exception>
    public LinuxDatagramSocket(Socket socket, PacketPool pool, int batchSize)
    {
        _socket = socket;
        _socketDescriptor = (int)socket.Handle;
        _pool = pool;
        Slab = new ReceiveSlab(batchSize, PacketPool.DatagramMaxBytes);
        _batchSize = batchSize;
        _isIPv4 = socket.AddressFamily == AddressFamily.InterNetwork;
        LocalAddress = TransportAddress.FromEndPoint((IPEndPoint)socket.LocalEndPoint!);

        _incoming = GC.AllocateArray<MultiMessageHeader>(batchSize, pinned: true);
        _incomingBuffers = GC.AllocateArray<BufferVector>(batchSize, pinned: true);
        _incomingNames = GC.AllocateArray<SocketAddressBytes>(batchSize, pinned: true);
        _outgoing = GC.AllocateArray<MultiMessageHeader>(batchSize, pinned: true);
        _outgoingBuffers = GC.AllocateArray<BufferVector>(batchSize, pinned: true);
        _outgoingNames = GC.AllocateArray<SocketAddressBytes>(batchSize, pinned: true);
        for (int i = 0; i < batchSize; i++)
        {
            Connect(ref _incoming[i].Header, _incomingBuffers, _incomingNames, i);
            Connect(ref _outgoing[i].Header, _outgoingBuffers, _outgoingNames, i);
            _incomingBuffers[i].Base = Slab.Pointer(i);
            _incomingBuffers[i].Length = PacketPool.DatagramMaxBytes;
            ushort family = _isIPv4 ? AddressFamilyIPv4 : AddressFamilyIPv6;
            MemoryMarshal.Write(_outgoingNames[i], family);
            _outgoing[i].Header.NameLength = (uint)SocketAddressLayout.LengthOf(_isIPv4);
        }

        _eventDescriptor = EventDescriptor(0, EventCloseOnExecuteNonBlocking);
        if (_eventDescriptor < 0)
        {
            throw new SocketException((int)SocketError.TooManyOpenSockets);
        }

        _event = new SafeFileHandle(_eventDescriptor, ownsHandle: true);
    }

    public TransportAddress LocalAddress { get; }

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
        int wanted = Math.Min(batch.Length, _batchSize);
        if (wanted == 0)
        {
            return 0;
        }

        for (int i = 0; i < wanted; i++)
        {
            _incoming[i].Header.NameLength = SocketAddressLayout.IPv6Bytes;
        }

        int arrived = ReceiveMessages(wanted);
        int taken = 0;
        for (int i = 0; i < arrived; i++)
        {
            if ((_incoming[i].Header.Flags & MessageTruncated) != 0)
            {
                _truncatedReceives++;
                continue;
            }

            batch[taken++] = new Received
            {
                Offset = Slab.OffsetOf(i),
                Length = (int)_incoming[i].Length,
                Remote = SocketAddressLayout.Read(_incomingNames[i], _isIPv4),
            };
        }

        _received += taken;
        return taken;
    }

    public int Send(ReadOnlySpan<Transmit> batch)
    {
        int sent = 0;
        while (!batch.IsEmpty)
        {
            int taken = Load(batch, out int loaded);
            int unsent = SendLoaded(loaded, ref sent);
            batch = batch[taken..];
            if (unsent > 0)
            {
                _sendBufferFull += unsent + batch.Length;
                break;
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

        timeout = TimeSpan.FromTicks(Math.Clamp(timeout.Ticks, 0, LongestWait.Ticks));
        var time = new TimeSpec
        {
            Seconds = (nint)(timeout.Ticks / TimeSpan.TicksPerSecond),
            Nanoseconds = (nint)(timeout.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick),
        };
        PollDescriptor* descriptors = stackalloc PollDescriptor[2];
        descriptors[0] = new PollDescriptor { Descriptor = _socketDescriptor, Events = PollIn };
        descriptors[1] = new PollDescriptor { Descriptor = _eventDescriptor, Events = PollIn };
        if (Poll(descriptors, 2, &time, null) > 0 && (descriptors[1].ReturnedEvents & PollIn) != 0)
        {
            ulong count;
            _ = Read(_eventDescriptor, &count, sizeof(ulong));
        }

        // Only now, with the event drained: a wake that still sees the flag needs no event, because this call returns.
        Interlocked.Exchange(ref _isWoken, 0);
    }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _isWoken, 1) != 0)
        {
            return;
        }

        try
        {
            ulong one = 1;
            _ = Write(_event, &one, sizeof(ulong));
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
        _event.Dispose();
    }

    private static void Connect(ref MessageHeader header, BufferVector[] buffers, SocketAddressBytes[] names, int index)
    {
        header.Buffers = (BufferVector*)Unsafe.AsPointer(ref buffers[index]);
        header.BufferCount = 1;
        header.Name = (SocketAddressBytes*)Unsafe.AsPointer(ref names[index]);
    }

    private int ReceiveMessages(int count)
    {
        fixed (MultiMessageHeader* first = _incoming)
        {
            int arrived = LinuxSystemCalls.ReceiveMessages(_socketDescriptor, first, (uint)count, MessageDoNotWait, null);
            if (arrived >= 0)
            {
                return arrived;
            }
        }

        if (Marshal.GetLastPInvokeError() is not (ErrorAgain or ErrorInterrupted))
        {
            _receiveErrors++;
        }

        return 0;
    }

    /// <summary>Fills the outgoing headers from the front of the batch, leaving out what this socket cannot address.</summary>
    /// <returns>How many entries of the batch were looked at; <paramref name="loaded"/> of them became headers.</returns>
    private int Load(ReadOnlySpan<Transmit> batch, out int loaded)
    {
        int taken = 0;
        loaded = 0;
        while (taken < batch.Length && loaded < _batchSize)
        {
            ref readonly Transmit transmit = ref batch[taken++];
            if (!SocketAddressLayout.TryWrite(transmit.Remote, _outgoingNames[loaded], _isIPv4))
            {
                _sendErrors++;
                continue;
            }

            _outgoingBuffers[loaded].Base = _pool.Pointer(transmit.Packet) + transmit.Offset;
            _outgoingBuffers[loaded].Length = (nuint)transmit.Length;
            loaded++;
        }

        return taken;
    }

    /// <returns>How many of the loaded datagrams found the send buffer full.</returns>
    private int SendLoaded(int loaded, ref int sent)
    {
        int done = 0;
        fixed (MultiMessageHeader* first = _outgoing)
        {
            while (done < loaded)
            {
                int accepted = SendMessages(_socketDescriptor, first + done, (uint)(loaded - done), MessageDoNotWait);
                if (accepted > 0)
                {
                    done += accepted;
                    sent += accepted;
                    continue;
                }

                // An error always belongs to the first message: the ones before it were reported as accepted.
                switch (Marshal.GetLastPInvokeError())
                {
                    case ErrorInterrupted:
                        break;
                    case ErrorAgain:
                        return loaded - done;
                    default:
                        _sendErrors++;
                        done++;
                        break;
                }
            }
        }

        return 0;
    }
}
