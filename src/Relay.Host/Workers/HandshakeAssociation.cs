using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Relay.Host.Platform.OpenSsl;

namespace Relay.Host.Workers;

/// <summary>
/// A DTLS association that is lent to a <see cref="HandshakeThread"/> whenever it has something expensive to do: to be made,
/// to take a datagram of its handshake, to release what the handshake needed, to be freed. What comes while it is away waits,
/// within a bound, and is handled at the time of its turn: a flight's timer starts when there is a flight. Once connected it
/// stays with the worker: what comes then costs little. Retransmissions are the worker's too.
/// </summary>
internal sealed class HandshakeAssociation : IDtlsAssociation
{
    // What a peer may send while one of its flights is computed: a flight with a certificate chain of 16 KB is refused anyway.
    private const int WaitingMaxBytes = 16 * 1024;

    private readonly HandshakeThread _thread;
    private readonly IDtlsAssociationFactory _factory;
    private readonly DtlsFingerprint _expectedPeer;
    private DatagramQueue _waiting = new(WaitingMaxBytes, PacketPool.DatagramMaxBytes);
    private DatagramQueue _lent = new(WaitingMaxBytes, PacketPool.DatagramMaxBytes);
    private IDtlsAssociation? _inner;
    private byte _number;
    private bool _isAway;
    private bool _isLentForFreeing;
    private bool _isPeerConfirmed;
    private bool _isClosed;
    private bool _isDisposed;

    internal HandshakeAssociation(HandshakeThread thread, IDtlsAssociationFactory factory, in DtlsFingerprint expectedPeer, int slot)
    {
        _thread = thread;
        _factory = factory;
        _expectedPeer = expectedPeer;
        Slot = slot;
    }

    /// <summary>The slot of the transport that it was made for.</summary>
    internal int Slot { get; }

    public DtlsState State => _isClosed ? DtlsState.Closed : Home?.State ?? (_isPeerConfirmed ? DtlsState.Connected : DtlsState.Connecting);

    public ushort SrtpProfile => Home?.SrtpProfile ?? 0;

    public CloseReason CloseReason => Home?.CloseReason ?? (_isClosed ? CloseReason.Requested : CloseReason.None);

    public Instant NextTimeout => Home?.NextTimeout ?? Instant.Never;

    // The association itself, while the worker may touch it.
    private IDtlsAssociation? Home => _isAway ? null : _inner;

    public DropReason HandleDatagram(ReadOnlySpan<byte> datagram, Instant now)
    {
        if (_isClosed)
        {
            return DropReason.DtlsAfterClose;
        }

        if (Home is { State: not DtlsState.Connecting } inner)
        {
            return inner.HandleDatagram(datagram, now);
        }

        // A number of its own for each, so that the queue keeps them apart.
        if (!_waiting.TryEnqueue(_number++, datagram))
        {
            return DropReason.DtlsQueueFull;
        }

        return _isAway || TryLend() ? DropReason.None : DropReason.DtlsQueueFull;
    }

    public void HandleTimeout(Instant now) => Home?.HandleTimeout(now);

    public void HandlePeerConfirmed()
    {
        if (_isPeerConfirmed || Home is not { State: DtlsState.Connected } inner)
        {
            return;
        }

        _isPeerConfirmed = true;
        _isAway = _thread.TryLend(this);
        if (!_isAway)
        {
            inner.HandlePeerConfirmed();
        }
    }

    // The goodbye of one that is away right now is lost.
    public void HandleClose()
    {
        _isClosed = true;
        Home?.HandleClose();
    }

    public bool TryDequeueDatagram(Span<byte> destination, out int length)
    {
        length = 0;
        return Home is { } inner && inner.TryDequeueDatagram(destination, out length);
    }

    public bool TryExportKeyingMaterial(Span<byte> destination) => Home?.TryExportKeyingMaterial(destination) ?? false;

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _waiting.Dispose();
        if (!_isAway)
        {
            LendForFreeing();
        }
    }

    /// <summary>On the handshake thread: takes what was lent along, or frees the association.</summary>
    internal void Advance()
    {
        if (_isLentForFreeing)
        {
            Free();
            return;
        }

        _inner ??= _factory.Create(_expectedPeer, Slot);
        if (_isPeerConfirmed)
        {
            _inner.HandlePeerConfirmed();
            return;
        }

        while (_lent.TryPeek(out _, out ReadOnlySpan<byte> datagram))
        {
            _inner.HandleDatagram(datagram, MonotonicClock.Now);
            _lent.Dequeue();
        }
    }

    /// <summary>On the worker's thread, when it has come back.</summary>
    internal void HandleReturn()
    {
        _isAway = false;
        if (_isDisposed)
        {
            LendForFreeing();
            return;
        }

        if (_inner!.State == DtlsState.Connecting)
        {
            // What is to be sent meanwhile waits for the next return: its order stays, and a peer that floods only hurts itself.
            _ = _waiting.IsEmpty || TryLend();
            return;
        }

        while (_waiting.TryPeek(out _, out ReadOnlySpan<byte> datagram))
        {
            _inner.HandleDatagram(datagram, MonotonicClock.Now);
            _waiting.Dequeue();
        }
    }

    /// <summary>Frees the native objects. Only on the thread that has it.</summary>
    internal void Free()
    {
        _inner?.Dispose();
        _inner = null;
        _lent.Dispose();
    }

    private bool TryLend()
    {
        (_lent, _waiting) = (_waiting, _lent);
        _isAway = _thread.TryLend(this);
        if (!_isAway)
        {
            _lent.Clear();
        }

        return _isAway;
    }

    // To free an OpenSSL object takes a while too. If the thread is full, it is done here.
    private void LendForFreeing()
    {
        if (_inner is null)
        {
            return;
        }

        _isLentForFreeing = true;
        _isAway = _thread.TryLend(this);
        if (!_isAway)
        {
            Free();
        }
    }
}
