using System.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Host.Turn;

/// <summary>
/// One stream's connection to a worker, as its reader and its writer see it: each is one task at a time. What the
/// worker does is in <see cref="StreamTable"/>.
/// </summary>
internal sealed class StreamLink
{
    private readonly StreamTable _table;
    private readonly WakeSignal _mayWrite = new();
    private readonly WakeSignal _hasOutput = new();
    private readonly WakeSignal _bindAnswered = new();
    private int _inFlight;
    private int _isEnded;
    private volatile bool _isCloseAsked;
    private volatile bool _isStopped;
    private volatile bool _isUsed;
    private volatile bool _isBindAnswered;

    internal StreamLink(StreamTable table, StreamKind kind, in TransportAddress address, in TransportAddress remote)
    {
        _table = table;
        Kind = kind;
        Address = address;
        Remote = remote;
        Outbox = new StreamOutbox(table.Outboxes);
    }

    public StreamKind Kind { get; }

    /// <summary>The stream as the worker names it.</summary>
    public TransportAddress Address { get; }

    public TransportAddress Remote { get; }

    /// <summary>True once the worker wants the stream closed: what is in the outbox is still to be written.</summary>
    public bool IsCloseAsked => _isCloseAsked;

    /// <summary>True once <see cref="Stop"/> was called.</summary>
    public bool IsStopped => _isStopped;

    /// <summary>True once the worker has said yes to the client: it has an allocation, or its check was valid.</summary>
    public bool IsUsed => _isUsed;

    /// <summary>True if there is something to read, or a ring to give back.</summary>
    public bool HasOutput => !Outbox.IsEmpty;

    /// <summary>The peer's connection that the worker has bound the stream to (RFC 6062); set before the client is told.</summary>
    internal PeerLink? Peer { get; set; }

    internal StreamOutbox Outbox { get; }

    /// <summary>
    /// Hands a message to the worker; waits while too many of this stream's, or of all streams', are on their way.
    /// </summary>
    /// <param name="message">At most <see cref="StreamInbox.MessageMaxBytes"/> bytes.</param>
    /// <returns>False if the stream is to end: the worker has closed it, or <see cref="Stop"/> was called.</returns>
    public async ValueTask<bool> WriteAsync(ReadOnlySequence<byte> message)
    {
        Invariant.Holds(message.Length <= StreamInbox.MessageMaxBytes, "a message of a stream fits a buffer");
        while (!_isCloseAsked && !_isStopped)
        {
            if (Volatile.Read(ref _inFlight) < _table.InFlightMax && _table.TryWrite(this, message))
            {
                return true;
            }

            await _mayWrite.WaitAsync();
        }

        return false;
    }

    /// <summary>Takes the oldest bytes that are to be written to the stream; 0 if there are none.</summary>
    public int Read(Span<byte> destination) => Outbox.Read(destination);

    /// <summary>
    /// Waits until there is something to read, the worker wants the stream closed, or <see cref="Stop"/> was called. May end
    /// for no reason.
    /// </summary>
    public ValueTask WaitForOutputAsync() => _hasOutput.WaitAsync();

    /// <summary>Waits for the answer to a ConnectionBind that was handed to the worker.</summary>
    /// <returns>What the stream is bound to; null if it was refused or the stream is to end.</returns>
    public async ValueTask<PeerLink?> WaitForBindAsync()
    {
        while (!_isBindAnswered && !_isCloseAsked && !_isStopped)
        {
            await _bindAnswered.WaitAsync();
        }

        bool isAnswered = _isBindAnswered;
        _isBindAnswered = false;
        return isAnswered ? Peer : null;
    }

    /// <summary>Ends all waiting, for good; from any thread.</summary>
    public void Stop()
    {
        _isStopped = true;
        _bindAnswered.Set();
        _mayWrite.Set();
        _hasOutput.Set();
    }

    /// <summary>Tells the worker that the stream has ended. Nobody may read or write any more.</summary>
    public void End()
    {
        Stop();
        if (Interlocked.Exchange(ref _isEnded, 1) == 0)
        {
            _table.End(this);
        }
    }

    internal void HandleSent() => _hasOutput.Set();

    internal void HandleBindAnswered()
    {
        _isBindAnswered = true;
        _bindAnswered.Set();
    }

    internal void HandleUse() => _isUsed = true;

    internal void HandleRoom() => _mayWrite.Set();

    internal void HandleInFlight() => Interlocked.Increment(ref _inFlight);

    internal void HandleTaken()
    {
        // The writer stops at the limit and passes half of it on the way down, so it is woken once, with room for several.
        if (Interlocked.Decrement(ref _inFlight) == _table.InFlightMax / 2)
        {
            _mayWrite.Set();
        }
    }

    internal void AskToClose()
    {
        _isCloseAsked = true;
        _bindAnswered.Set();
        _mayWrite.Set();
        _hasOutput.Set();
    }
}
