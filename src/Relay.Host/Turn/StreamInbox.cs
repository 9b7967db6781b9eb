using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;

namespace Relay.Host.Turn;

/// <summary>
/// Messages on their way into a worker: a bounded queue of many writers and one reader, and the buffers that they lie in. The
/// worker takes no lock and allocates nothing; writers make buffers until there are as many as there may be.
/// </summary>
internal sealed class StreamInbox
{
    /// <summary>The largest message.</summary>
    public const int MessageMaxBytes = PacketPool.DatagramMaxBytes;

    // Buffers are made so many at once: few enough for one page fault after another, many enough to be few objects.
    private const int BuffersPerBlock = 32;

    private readonly Mailbox<StreamInboxEntry> _entries;
    private readonly Mailbox<int> _free;
    private readonly byte[]?[] _blocks;
    private readonly int _buffersMax;
    private readonly Lock _renting = new();
    private int _made;

    /// <param name="buffers">Buffers at most.</param>
    /// <param name="others">Entries without a buffer that may be queued beside them.</param>
    public StreamInbox(int buffers, int others)
    {
        _buffersMax = buffers;
        _entries = new Mailbox<StreamInboxEntry>(buffers + others);
        _free = new Mailbox<int>(buffers);
        _blocks = new byte[]?[(buffers + BuffersPerBlock - 1) / BuffersPerBlock];
    }

    /// <summary>Buffers made so far.</summary>
    public int Made => Volatile.Read(ref _made);

    /// <summary>Takes a free buffer, from any thread but the worker's; false if all are on their way.</summary>
    public bool TryRent(out int buffer)
    {
        lock (_renting)
        {
            if (_free.TryDequeue(out buffer))
            {
                return true;
            }

            if (_made == _buffersMax)
            {
                return false;
            }

            buffer = _made;
            _blocks[buffer / BuffersPerBlock] ??= GC.AllocateUninitializedArray<byte>(
                BuffersPerBlock * MessageMaxBytes, pinned: true);
            Volatile.Write(ref _made, buffer + 1);
            return true;
        }
    }

    /// <summary>A rented buffer.</summary>
    public Span<byte> Buffer(int buffer) => _blocks[buffer / BuffersPerBlock]
        .AsSpan(buffer % BuffersPerBlock * MessageMaxBytes, MessageMaxBytes);

    /// <summary>Gives a buffer back, from any thread.</summary>
    public void Return(int buffer) => Invariant.Holds(_free.TryEnqueue(buffer), "a buffer of the inbox is returned once");

    /// <summary>Queues an entry, from any thread.</summary>
    public void Add(in StreamInboxEntry entry) =>
        Invariant.Holds(_entries.TryEnqueue(entry), "the inbox has room for every buffer and for every stream's end");

    /// <summary>Takes the oldest entry; the worker's thread only.</summary>
    public bool TryTake(out StreamInboxEntry entry) => _entries.TryDequeue(out entry);
}
