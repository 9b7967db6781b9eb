using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Relay.Core.Buffers;
using Relay.Core.Primitives;
using static Relay.Host.Platform.LinuxSystemCalls;

namespace Relay.Host.Platform;

/// <summary>
/// UDP by <c>recvmmsg</c> and <c>sendmmsg</c>: one system call for a batch, into the receive slab and straight from the packet
/// pool's slots, with the kernel's offloads for trains where it has them. Nothing is allocated after the constructor.
/// </summary>
internal sealed unsafe class LinuxDatagramSocket : IDatagramSocket
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Socket _socket;
    private readonly SafeFileHandle _event;
    private readonly int _socketDescriptor;
    private readonly int _eventDescriptor;
    private readonly MessageReceiver _receiver;
    private readonly MessageSender _sender;
    private readonly DatagramOffloads _granted;
    private int _otherDescriptor = -1;
    private long _kernelDrops;
    private int _isWoken;
    private bool _isDisposed;

    /// <summary>Takes over a socket that is bound and non-blocking; it is disposed with this object.</summary>
    /// <exception cref="SocketException">The system is out of descriptors.</exception>
    public LinuxDatagramSocket(Socket socket, PacketPool pool, DatagramSocketOptions options)
    {
        _socket = socket;
        _socketDescriptor = (int)socket.Handle;
        LocalAddress = TransportAddress.FromEndPoint((IPEndPoint)socket.LocalEndPoint!);
        // The kernel doubles what it is asked for, to pay for its own bookkeeping.
        ReceiveBufferBytes = SocketMemory.TryRead(socket, out SocketMemory memory) ? memory.ReceiveBufferBytes / 2 : 0;
        _granted = Ask(options.Offloads);
        bool isIPv4 = socket.AddressFamily == AddressFamily.InterNetwork;
        _receiver = new MessageReceiver(
            _socketDescriptor, isIPv4, options.BatchSize, hasTrains: _granted.HasFlag(DatagramOffloads.Receive));
        _sender = new MessageSender(
            _socketDescriptor, pool, isIPv4, options.SendBatchSize, usesTrains: _granted.HasFlag(DatagramOffloads.Send));

        _eventDescriptor = EventDescriptor(0, EventCloseOnExecuteNonBlocking);
        if (_eventDescriptor < 0)
        {
            throw new SocketException((int)SocketError.TooManyOpenSockets);
        }

        _event = new SafeFileHandle(_eventDescriptor, ownsHandle: true);
    }

    public TransportAddress LocalAddress { get; }

    public ReceiveSlab Slab => _receiver.Slab;

    public int ReceiveBufferBytes { get; }

    public DatagramCounters Counters => _sender.AddTo(_receiver.Counters) with { KernelDrops = ReadKernelDrops() };

    public long MessagesReceived => _receiver.MessagesReceived;

    public DatagramOffloads Offloads => _sender.UsesTrains ? _granted : _granted & ~DatagramOffloads.Send;

    public int Receive(Span<Received> batch) => _receiver.Receive(batch);

    public int Send(ReadOnlySpan<Transmit> batch) => _sender.Send(batch);

    public void Wait(TimeSpan timeout)
    {
        if (_receiver.HasMore || Interlocked.Exchange(ref _isWoken, 0) != 0)
        {
            return;
        }

        timeout = TimeSpan.FromTicks(Math.Clamp(timeout.Ticks, 0, LongestWait.Ticks));
        var time = new TimeSpec
        {
            Seconds = (nint)(timeout.Ticks / TimeSpan.TicksPerSecond),
            Nanoseconds = (nint)(timeout.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick),
        };
        PollDescriptor* descriptors = stackalloc PollDescriptor[3];
        descriptors[0] = new PollDescriptor { Descriptor = _socketDescriptor, Events = PollIn };
        descriptors[1] = new PollDescriptor { Descriptor = _eventDescriptor, Events = PollIn };
        descriptors[2] = new PollDescriptor { Descriptor = _otherDescriptor, Events = PollIn };
        if (Poll(descriptors, _otherDescriptor < 0 ? 2u : 3u, &time, null) > 0 && (descriptors[1].ReturnedEvents & PollIn) != 0)
        {
            ulong count;
            _ = Read(_eventDescriptor, &count, sizeof(ulong));
        }

        // Only now, with the event drained: a wake that still sees the flag needs no event, because this call returns.
        Interlocked.Exchange(ref _isWoken, 0);
    }

    public void WaitAlsoFor(int descriptor) => _otherDescriptor = descriptor;

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

    // A closed socket keeps its last figure: a counter must not fall.
    private long ReadKernelDrops()
    {
        if (SocketMemory.TryRead(_socket, out SocketMemory memory))
        {
            Volatile.Write(ref _kernelDrops, memory.Drops);
        }

        return Volatile.Read(ref _kernelDrops);
    }

    private DatagramOffloads Ask(DatagramOffloads wanted)
    {
        // A size of 0 asks whether the kernel knows the option and changes nothing: sizes come with each message.
        DatagramOffloads granted = Try(wanted, DatagramOffloads.Send, ControlMessages.UdpLevel, ControlMessages.UdpSegment, 0);
        granted |= Try(wanted, DatagramOffloads.Receive, ControlMessages.UdpLevel, ControlMessages.UdpReceiveOffload, 1);
        return granted
            | Try(wanted, DatagramOffloads.Timestamps, ControlMessages.SocketLevel, ControlMessages.TimestampNanoseconds, 1);
    }

    private DatagramOffloads Try(DatagramOffloads wanted, DatagramOffloads offload, int level, int option, int value)
    {
        if (!wanted.HasFlag(offload))
        {
            return DatagramOffloads.None;
        }

        try
        {
            _socket.SetRawSocketOption(level, option, new ReadOnlySpan<byte>(&value, sizeof(int)));
            return offload;
        }
        catch (SocketException)
        {
            // An older kernel, or a sandbox that does not pass it on.
            return DatagramOffloads.None;
        }
    }
}
