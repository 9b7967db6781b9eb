using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Relay.Core.Buffers;
using static Relay.Host.Platform.LinuxSystemCalls;

namespace Relay.Host.Platform;

/// <summary>
/// Sends by <c>sendmmsg</c> straight from the packet pool's slots, and lets the kernel cut trains into datagrams (generic
/// segmentation offload). Allocates nothing after the constructor.
/// </summary>
internal sealed unsafe class MessageSender
{
    private readonly int _descriptor;
    private readonly PacketPool _pool;
    private readonly bool _isIPv4;
    private readonly int _batchSize;
    private readonly SegmentGrouping _grouping;

    // Pinned, so that the pointers that the structures hold stay good.
    private readonly MultiMessageHeader[] _messages;
    private readonly BufferVector[] _buffers;
    private readonly SocketAddressBytes[] _names;
    private readonly byte[] _control;
    private readonly MultiMessageHeader[] _singles;

    private bool _usesTrains;
    private TrainRefusals _refusals;
    private long _sent;
    private long _sentMessages;
    private long _sendCalls;
    private long _sendErrors;
    private long _sendBufferFull;
    private long _trainsRefused;

    /// <param name="descriptor">A bound, non-blocking UDP socket.</param>
    /// <param name="pool">Where the datagrams live.</param>
    /// <param name="isIPv4">Its address family is IPv4.</param>
    /// <param name="batchSize">Datagrams sorted and sent at a time, 1 to 1,024.</param>
    /// <param name="usesTrains">The kernel knows UDP_SEGMENT.</param>
    public MessageSender(int descriptor, PacketPool pool, bool isIPv4, int batchSize, bool usesTrains)
    {
        _descriptor = descriptor;
        _pool = pool;
        _isIPv4 = isIPv4;
        _batchSize = batchSize;
        _usesTrains = usesTrains;
        _grouping = new SegmentGrouping(batchSize);
        _messages = GC.AllocateArray<MultiMessageHeader>(batchSize, pinned: true);
        _buffers = GC.AllocateArray<BufferVector>(batchSize, pinned: true);
        _names = GC.AllocateArray<SocketAddressBytes>(batchSize, pinned: true);
        _control = GC.AllocateArray<byte>(batchSize * ControlMessages.SendBytes, pinned: true);
        _singles = GC.AllocateArray<MultiMessageHeader>(SegmentGrouping.SegmentsMax, pinned: true);
        for (int i = 0; i < batchSize; i++)
        {
            _messages[i].Header.Name = (SocketAddressBytes*)Unsafe.AsPointer(ref _names[i]);
            _messages[i].Header.NameLength = (uint)SocketAddressLayout.LengthOf(isIPv4);
            ushort family = isIPv4 ? AddressFamilyIPv4 : AddressFamilyIPv6;
            MemoryMarshal.Write(_names[i], family);
        }
    }

    /// <summary>Trains are sent; false from the start or after <see cref="TrainRefusals.Max"/> refusals.</summary>
    public bool UsesTrains => Volatile.Read(ref _usesTrains);

    /// <summary>Adds the figures of sending.</summary>
    public DatagramCounters AddTo(DatagramCounters counters) => counters with
    {
        Sent = Volatile.Read(ref _sent),
        SentMessages = Volatile.Read(ref _sentMessages),
        SendCalls = Volatile.Read(ref _sendCalls),
        SendErrors = Volatile.Read(ref _sendErrors),
        SendBufferFull = Volatile.Read(ref _sendBufferFull),
        TrainsRefused = Volatile.Read(ref _trainsRefused),
    };

    /// <summary>As <see cref="IDatagramSocket.Send"/>.</summary>
    public int Send(ReadOnlySpan<Transmit> batch)
    {
        long before = _sent;
        while (!batch.IsEmpty)
        {
            ReadOnlySpan<Transmit> part = batch[..Math.Min(batch.Length, _batchSize)];
            batch = batch[part.Length..];
            int loaded = Load(part);
            int unsent;
            fixed (MultiMessageHeader* first = _messages)
            {
                unsent = SendLoaded(first, loaded);
            }

            if (unsent > 0)
            {
                _sendBufferFull += unsent + batch.Length;
                break;
            }
        }

        return (int)(_sent - before);
    }

    /// <summary>Makes messages of datagrams, leaving out what this socket cannot address.</summary>
    /// <returns>How many messages.</returns>
    private int Load(ReadOnlySpan<Transmit> batch)
    {
        int loaded = 0;
        int buffer = 0;
        foreach (ref readonly DatagramGroup group in _grouping.Group(batch, _usesTrains))
        {
            if (!SocketAddressLayout.TryWrite(batch[group.First].Remote, _names[loaded], _isIPv4))
            {
                _sendErrors += group.Segments;
                continue;
            }

            ref MessageHeader header = ref _messages[loaded].Header;
            header.Buffers = (BufferVector*)Unsafe.AsPointer(ref _buffers[buffer]);
            header.BufferCount = (nuint)group.Segments;
            for (int i = group.First; i >= 0; i = _grouping.Next(i))
            {
                ref readonly Transmit transmit = ref batch[i];
                _buffers[buffer++] = new BufferVector
                {
                    Base = _pool.Pointer(transmit.Packet) + transmit.Offset,
                    Length = (nuint)transmit.Length,
                };
            }

            header.Control = null;
            header.ControlLength = 0;
            if (group.Segments > 1)
            {
                Span<byte> control = _control.AsSpan(loaded * ControlMessages.SendBytes, ControlMessages.SendBytes);
                ControlMessages.WriteSegmentBytes(control, group.SegmentBytes);
                header.Control = Unsafe.AsPointer(ref control[0]);
                header.ControlLength = ControlMessages.SendBytes;
            }

            loaded++;
        }

        return loaded;
    }

    /// <returns>How many datagrams found the send buffer full.</returns>
    private int SendLoaded(MultiMessageHeader* messages, int count)
    {
        int done = 0;
        while (done < count)
        {
            int accepted = SendMessages(_descriptor, messages + done, (uint)(count - done), MessageDoNotWait);
            _sendCalls++;
            if (accepted > 0)
            {
                CountSent(messages + done, accepted);
                done += accepted;
                continue;
            }

            // An error always belongs to the first message: the ones before it were reported as accepted.
            ref readonly MessageHeader refused = ref messages[done].Header;
            int error = Marshal.GetLastPInvokeError();
            switch (error)
            {
                case ErrorInterrupted:
                    break;

                case ErrorAgain:
                    return CountSegments(messages + done, count - done);

                case ErrorIO or ErrorInvalid or ErrorMessageSize when refused.BufferCount > 1:
                    if (SendSingly(refused, error) is var unsent and > 0)
                    {
                        return unsent + CountSegments(messages + done + 1, count - done - 1);
                    }

                    done++;
                    break;

                default:
                    _sendErrors += (int)refused.BufferCount;
                    done++;
                    break;
            }
        }

        return 0;
    }

    private int SendSingly(in MessageHeader train, int error)
    {
        int count = (int)train.BufferCount;
        for (int i = 0; i < count; i++)
        {
            _singles[i].Header = train;
            _singles[i].Header.Buffers = train.Buffers + i;
            _singles[i].Header.BufferCount = 1;
            _singles[i].Header.Control = null;
            _singles[i].Header.ControlLength = 0;
        }

        long before = _sent;
        int unsent;
        fixed (MultiMessageHeader* first = _singles)
        {
            unsent = SendLoaded(first, count);
        }

        // Refused one by one as well: then it was the address and not the offload.
        if (_sent > before)
        {
            _trainsRefused++;
            if (_refusals.HandleRefused(error))
            {
                Volatile.Write(ref _usesTrains, false);
            }
        }

        return unsent;
    }

    private void CountSent(MultiMessageHeader* messages, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int segments = (int)messages[i].Header.BufferCount;
            _sent += segments;
            if (segments > 1)
            {
                _refusals.HandleAccepted();
            }
        }

        _sentMessages += count;
    }

    private static int CountSegments(MultiMessageHeader* messages, int count)
    {
        int segments = 0;
        for (int i = 0; i < count; i++)
        {
            segments += (int)messages[i].Header.BufferCount;
        }

        return segments;
    }
}
