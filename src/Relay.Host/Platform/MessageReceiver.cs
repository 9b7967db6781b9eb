using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Relay.Core.Buffers;
using Relay.Core.Primitives;
using static Relay.Host.Platform.LinuxSystemCalls;

namespace Relay.Host.Platform;

/// <summary>
/// Receives by <c>recvmmsg</c> into a slab, and takes trains apart again: with generic receive offload one message holds
/// datagrams of one flow, all of one size but the last. Allocates nothing after the constructor.
/// </summary>
internal sealed unsafe class MessageReceiver
{
    private const int TrainMaxBytes = 65_536;

    private readonly int _descriptor;
    private readonly bool _isIPv4;
    private readonly int _batchSize;
    private readonly bool _hasTrains;

    // Pinned, so that the pointers that the structures hold stay good.
    private readonly MultiMessageHeader[] _messages;
    private readonly BufferVector[] _buffers;
    private readonly SocketAddressBytes[] _names;
    private readonly byte[] _control;

    // What the last call brought and nobody has taken yet: messages from _current on, the first of them from _offset on.
    private int _arrived;
    private int _current;
    private int _offset;
    private int _segmentBytes;
    private long _arrival;
    private TransportAddress _remote;

    private long _received;
    private long _receivedMessages;
    private long _receiveCalls;
    private long _truncatedReceives;
    private long _receiveErrors;

    /// <param name="descriptor">A bound, non-blocking UDP socket.</param>
    /// <param name="isIPv4">Its address family is IPv4.</param>
    /// <param name="batchSize">Messages per call.</param>
    /// <param name="hasTrains">UDP_GRO is on.</param>
    public MessageReceiver(int descriptor, bool isIPv4, int batchSize, bool hasTrains)
    {
        _descriptor = descriptor;
        _isIPv4 = isIPv4;
        _batchSize = batchSize;
        _hasTrains = hasTrains;
        Slab = new ReceiveSlab(batchSize, hasTrains ? TrainMaxBytes : PacketPool.DatagramMaxBytes);
        _messages = GC.AllocateArray<MultiMessageHeader>(batchSize, pinned: true);
        _buffers = GC.AllocateArray<BufferVector>(batchSize, pinned: true);
        _names = GC.AllocateArray<SocketAddressBytes>(batchSize, pinned: true);
        _control = GC.AllocateArray<byte>(batchSize * ControlMessages.ReceiveBytes, pinned: true);
        for (int i = 0; i < batchSize; i++)
        {
            _buffers[i] = new BufferVector { Base = Slab.Pointer(i), Length = (nuint)Slab.BufferBytes };
            ref MessageHeader header = ref _messages[i].Header;
            header.Buffers = (BufferVector*)Unsafe.AsPointer(ref _buffers[i]);
            header.BufferCount = 1;
            header.Name = (SocketAddressBytes*)Unsafe.AsPointer(ref _names[i]);
            header.Control = Unsafe.AsPointer(ref _control[i * ControlMessages.ReceiveBytes]);
            Rearm(ref header);
        }
    }

    public ReceiveSlab Slab { get; }

    /// <summary>The next call of <see cref="Receive"/> has something to give without asking the system.</summary>
    public bool HasMore => _current < _arrived;

    public long MessagesReceived => _receivedMessages;

    /// <summary>Fills in the figures of receiving.</summary>
    public DatagramCounters Counters => new()
    {
        Received = Volatile.Read(ref _received),
        ReceivedMessages = Volatile.Read(ref _receivedMessages),
        ReceiveCalls = Volatile.Read(ref _receiveCalls),
        TruncatedReceives = Volatile.Read(ref _truncatedReceives),
        ReceiveErrors = Volatile.Read(ref _receiveErrors),
    };

    /// <summary>
    /// As <see cref="IDatagramSocket.Receive"/>. What does not fit the batch waits in the slab for the next call, which then
    /// does not ask the system: so a turn of the worker is bounded, whatever the trains hold.
    /// </summary>
    public int Receive(Span<Received> batch)
    {
        if (batch.IsEmpty)
        {
            return 0;
        }

        if (_current == _arrived)
        {
            _current = 0;
            _arrived = Fill(_hasTrains ? _batchSize : Math.Min(batch.Length, _batchSize));
            Open();
        }

        int taken = 0;
        while (_current < _arrived && taken < batch.Length)
        {
            ref MultiMessageHeader message = ref _messages[_current];
            int length = Math.Min(_segmentBytes, (int)message.Length - _offset);
            if ((message.Header.Flags & (MessageTruncated | MessageControlTruncated)) != 0 || length > PacketPool.DatagramMaxBytes)
            {
                _truncatedReceives++;
            }
            else
            {
                // Field by field: a structure that was just put together cannot be copied before all its pieces are stored.
                ref Received received = ref batch[taken++];
                received.Offset = Slab.OffsetOf(_current) + _offset;
                received.Length = length;
                received.Arrival = _arrival;
                received.Remote = _remote;
            }

            _offset += length;
            if (_offset >= (int)message.Length || (message.Header.Flags & MessageTruncated) != 0)
            {
                Rearm(ref message.Header);
                _current++;
                Open();
            }
        }

        _received += taken;
        return taken;
    }

    // The system leaves in these what it used, not what it may use.
    private static void Rearm(ref MessageHeader header)
    {
        header.NameLength = SocketAddressLayout.IPv6Bytes;
        header.ControlLength = ControlMessages.ReceiveBytes;
    }

    // Reads what came with the current message and whom it is from. A single datagram has no segment size.
    private void Open()
    {
        _offset = 0;
        if (_current < _arrived)
        {
            ref readonly MessageHeader header = ref _messages[_current].Header;
            ControlMessages.Read(
                _control.AsSpan(_current * ControlMessages.ReceiveBytes, (int)header.ControlLength), out _segmentBytes, out _arrival);
            _segmentBytes = _segmentBytes > 0 ? _segmentBytes : int.MaxValue;
            _remote = SocketAddressLayout.Read(_names[_current], _isIPv4);
        }
    }

    private int Fill(int count)
    {
        fixed (MultiMessageHeader* first = _messages)
        {
            int arrived = ReceiveMessages(_descriptor, first, (uint)count, MessageDoNotWait, null);
            if (arrived >= 0)
            {
                _receiveCalls++;
                _receivedMessages += arrived;
                return arrived;
            }
        }

        if (Marshal.GetLastPInvokeError() is not (ErrorAgain or ErrorInterrupted))
        {
            _receiveErrors++;
        }

        return 0;
    }
}
