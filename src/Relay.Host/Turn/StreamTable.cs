using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Turn;

namespace Relay.Host.Turn;

/// <summary>
/// The TCP and TLS streams of one worker. Connections open a slot each and exchange messages with the packet thread through
/// bounded memory: a stream that sends much waits, one that reads slowly loses packets, and neither is felt by the others.
/// The packet thread takes no lock here and allocates nothing but a ring when more streams than ever before have
/// something to be written.
/// </summary>
internal sealed class StreamTable : IClientStreams
{
    private const int PaddingBytes = 4;
    private const int LengthBytes = 2;
    private const int ConnectionBindSuccess = 0x010B;
    private const int ConnectionBindError = 0x011B;

    private readonly StreamTableOptions _options;
    private readonly Action _wake;
    private readonly StreamInbox _inbox;
    private readonly StreamLink?[] _links;
    private readonly uint[] _generations;
    private readonly Mailbox<int> _freeSlots;
    private readonly Mailbox<int> _starved;
    private readonly int[] _isStarved;
    private readonly Lock _opening = new();
    private int _made;
    private int _openCount;
    private int _isWakeAsked;
    private StreamInboxEntry _taken;
    private long _messagesReceived;
    private long _messagesSent;
    private long _messagesLost;

    /// <param name="options">Limits.</param>
    /// <param name="wake">Wakes the worker; called from any thread.</param>
    public StreamTable(StreamTableOptions options, Action wake)
    {
        Invariant.Holds(options.StreamsMax is >= 1 and <= 32_768, "the number of streams is in range");
        Invariant.Holds(options.InboxMax is >= 1 and <= 16_384 && options.InFlightMax >= 1, "the inbox's limits are in range");
        Invariant.Holds(options.OutboxBytes >= 4096, "an outbox holds a few messages");
        Invariant.Holds(options.OutboxesMax is >= 1 and <= 32_768, "the number of outboxes is in range");
        _options = options;
        _wake = wake;
        _inbox = new StreamInbox(options.InboxMax, options.StreamsMax);
        Outboxes = new OutboxPool(options.OutboxesMax, options.OutboxBytes);
        _links = new StreamLink?[options.StreamsMax];
        _generations = new uint[options.StreamsMax];
        _freeSlots = new Mailbox<int>(options.StreamsMax);
        _starved = new Mailbox<int>(options.StreamsMax);
        _isStarved = new int[options.StreamsMax];
    }

    /// <summary>Streams that are open, or whose end the worker has not taken yet.</summary>
    public int OpenCount => Volatile.Read(ref _openCount);

    /// <summary>Messages that the worker has taken.</summary>
    public long MessagesReceived => Volatile.Read(ref _messagesReceived);

    /// <summary>Messages that the worker has sent to streams.</summary>
    public long MessagesSent => Volatile.Read(ref _messagesSent);

    /// <summary>Messages that the worker meant for a stream and that were lost: it was gone, or read too slowly.</summary>
    public long MessagesLost => Volatile.Read(ref _messagesLost);

    /// <summary>Bytes of buffers made so far, both ways.</summary>
    public long BufferBytes => ((long)_inbox.Made * StreamInbox.MessageMaxBytes) + ((long)Outboxes.Made * Outboxes.RingBytes);

    internal int InFlightMax => _options.InFlightMax;

    internal OutboxPool Outboxes { get; }

    /// <summary>Takes a slot for a connection, from any thread but the worker's; null if the worker has no more.</summary>
    public StreamLink? TryOpen(StreamKind kind, IPEndPoint remote)
    {
        int slot;
        uint generation;
        lock (_opening)
        {
            if (!_freeSlots.TryDequeue(out slot))
            {
                if (_made == _links.Length)
                {
                    return null;
                }

                slot = _made++;
            }

            generation = ++_generations[slot];
        }

        Interlocked.Increment(ref _openCount);
        var link = new StreamLink(
            this,
            kind,
            VirtualAddress.Of(VirtualAddressKind.Stream, slot, generation),
            TransportAddress.FromEndPoint(remote));
        Volatile.Write(ref _links[slot], link);
        return link;
    }

    /// <summary>
    /// Takes the oldest message. The worker's thread only; <see cref="StreamMessage.Data"/> is good until the next call.
    /// </summary>
    public bool TryReceive(out StreamMessage message)
    {
        ReleaseTaken();
        while (TryTake(out StreamInboxEntry entry))
        {
            StreamLink link = _links[entry.Slot]!;
            message = new StreamMessage
            {
                Kind = entry.Kind,
                StreamKind = link.Kind,
                Stream = link.Address,
                Remote = link.Remote,
            };
            if (entry.Kind == StreamMessageKind.Closed)
            {
                Forget(link, entry.Slot);
                return true;
            }

            _taken = entry;
            if (!link.IsCloseAsked)
            {
                message.Data = _inbox.Buffer(entry.Buffer)[..entry.Length];
                _messagesReceived++;
                return true;
            }

            // What came after the worker closed the stream is for nobody.
            ReleaseTaken();
        }

        message = default;
        return false;
    }

    /// <summary>
    /// Sends a message to a stream: frames it and leaves it to the stream's writer. The worker's thread only.
    /// </summary>
    /// <returns>False if the stream is gone or its outbox is full: the message is lost.</returns>
    public bool TrySend(in TransportAddress stream, ReadOnlySpan<byte> data)
    {
        // The writer of a stream that has stopped empties its outbox before it goes: more would keep it from that.
        if (Find(stream) is not { IsCloseAsked: false, IsStopped: false } link || !TryAppend(link, data))
        {
            _messagesLost++;
            LoseAnswer(stream);
            return false;
        }

        _messagesSent++;
        if (AnswersBind(link.Kind, data))
        {
            link.HandleBindAnswered();
        }

        if (!link.IsUsed && SaysYes(link.Kind, data))
        {
            link.HandleUse();
        }

        link.HandleSent();
        return true;
    }

    /// <summary>
    /// Makes the stream one with a peer's connection, from the answer to its ConnectionBind on. The worker's thread only.
    /// </summary>
    /// <returns>False if the stream is gone.</returns>
    public bool TryBind(in TransportAddress stream, PeerLink peer)
    {
        if (Find(stream) is not { IsCloseAsked: false, Peer: null } link)
        {
            return false;
        }

        link.Peer = peer;
        return true;
    }

    /// <summary>Has the stream closed once what was sent to it is written. The worker's thread only.</summary>
    public void Close(in TransportAddress stream) => Find(stream)?.AskToClose();

    /// <summary>Copies a message into the inbox; false, with the writer listed to be woken, if it is full.</summary>
    internal bool TryWrite(StreamLink link, in ReadOnlySequence<byte> message)
    {
        int slot = VirtualAddress.SlotOf(link.Address);
        if (!_inbox.TryRent(out int buffer))
        {
            if (Interlocked.Exchange(ref _isStarved[slot], 1) == 0)
            {
                Invariant.Holds(_starved.TryEnqueue(slot), "a stream waits for a buffer once");
            }

            // One may have come back before the worker could know that somebody waits.
            if (!_inbox.TryRent(out buffer))
            {
                return false;
            }
        }

        message.CopyTo(_inbox.Buffer(buffer));
        link.HandleInFlight();
        Add(new StreamInboxEntry
        {
            Kind = StreamMessageKind.Data,
            Slot = slot,
            Buffer = buffer,
            Length = (int)message.Length,
        });
        return true;
    }

    internal void End(StreamLink link) =>
        Add(new StreamInboxEntry { Kind = StreamMessageKind.Closed, Slot = VirtualAddress.SlotOf(link.Address) });

    /// <summary>
    /// Answers that only a client with a right to the stream gets: success of Allocate, Refresh or ConnectionBind, which need
    /// credentials, and of an ICE check, which needs the leg's password (methods of RFC 8656, 6062 and 8489).
    /// </summary>
    private static bool SaysYes(StreamKind kind, ReadOnlySpan<byte> message) =>
        BinaryPrimitives.TryReadUInt16BigEndian(message, out ushort type)
        && (kind == StreamKind.Ice ? type == 0x0101 : type is 0x0103 or 0x0104 or 0x010B);

    private static bool AnswersBind(StreamKind kind, ReadOnlySpan<byte> message) =>
        kind == StreamKind.Turn
        && BinaryPrimitives.TryReadUInt16BigEndian(message, out ushort type)
        && (type is ConnectionBindSuccess or ConnectionBindError);

    private static bool TryAppend(StreamLink link, ReadOnlySpan<byte> data)
    {
        if (link.Kind == StreamKind.Turn)
        {
            return link.Outbox.TryAppend([], data, -data.Length & (PaddingBytes - 1));
        }

        if (data.Length > ushort.MaxValue)
        {
            return false;
        }

        Span<byte> length = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)data.Length);
        return link.Outbox.TryAppend(length, data, 0);
    }

    private void Add(in StreamInboxEntry entry)
    {
        _inbox.Add(entry);
        // One wake-up is enough until the worker has found the inbox empty.
        if (Interlocked.Exchange(ref _isWakeAsked, 1) == 0)
        {
            _wake();
        }
    }

    private bool TryTake(out StreamInboxEntry entry)
    {
        if (_inbox.TryTake(out entry))
        {
            return true;
        }

        // Looks again after saying that it must be woken: a message may have come in between.
        return Volatile.Read(ref _isWakeAsked) != 0
            && Interlocked.Exchange(ref _isWakeAsked, 0) != 0
            && _inbox.TryTake(out entry);
    }

    // A stream that is bound and was not told so is of no use.
    private void LoseAnswer(in TransportAddress stream)
    {
        if (Find(stream) is { Peer: not null } link)
        {
            link.AskToClose();
        }
    }

    private StreamLink? Find(in TransportAddress stream)
    {
        int slot = VirtualAddress.SlotOf(stream);
        return VirtualAddress.KindOf(stream) == VirtualAddressKind.Stream
            && (uint)slot < (uint)_links.Length
            && Volatile.Read(ref _links[slot]) is { } link
            && link.Address == stream
                ? link
                : null;
    }

    private void ReleaseTaken()
    {
        if (_taken.Kind != StreamMessageKind.Data)
        {
            return;
        }

        // A writer says that it waits and then looks for a buffer; here a buffer comes back first, and then it is looked whether
        // anybody waits. HandleTaken between the two is a full fence.
        _inbox.Return(_taken.Buffer);
        _links[_taken.Slot]!.HandleTaken();
        _taken = default;
        OfferRoom();
    }

    private void OfferRoom()
    {
        // A stream that has ended wants no buffer: the one behind it is told, or it would wait for other streams' messages.
        bool isTold = false;
        while (!isTold && _starved.TryDequeue(out int slot))
        {
            Volatile.Write(ref _isStarved[slot], 0);
            if (Volatile.Read(ref _links[slot]) is { IsStopped: false, IsCloseAsked: false } link)
            {
                link.HandleRoom();
                isTold = true;
            }
        }
    }

    private void Forget(StreamLink link, int slot)
    {
        link.Outbox.Clear();
        if (link.Peer is { IsClaimed: false } peer)
        {
            // No session sees to its end, so its allocation would count it as long as it lives.
            _ = peer.EndAsync();
        }

        Volatile.Write(ref _links[slot], null);
        Interlocked.Decrement(ref _openCount);
        Invariant.Holds(_freeSlots.TryEnqueue(slot), "a slot is freed once");
        // It may have been offered a buffer and have ended before it took it.
        OfferRoom();
    }
}
