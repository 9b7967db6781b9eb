using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Engine;

namespace Relay.Host.Workers;

/// <summary>
/// Where a worker's DTLS handshakes are computed: half a millisecond each (ECDH, ECDSA), which no packet should wait for. An
/// association is lent to this thread with what arrived for it and comes back through a mailbox; it belongs to one thread at
/// any time, so it needs no lock. Everything but the thread's own loop is called by the worker's thread.
/// </summary>
internal sealed class HandshakeThread : IDtlsAssociationFactory, IDisposable
{
    private readonly IDtlsAssociationFactory _factory;
    private readonly Mailbox<Lent> _out;
    private readonly Mailbox<Lent> _back;
    private readonly AutoResetEvent _work = new(initialState: false);
    private readonly Action _wakeWorker;
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private int _awayCount;

    /// <param name="index">The worker's number.</param>
    /// <param name="factory">Makes the associations; from any thread.</param>
    /// <param name="capacity">Associations that may be away at once: as many as the worker has transports.</param>
    /// <param name="wakeWorker">Called on this thread when one has come back.</param>
    public HandshakeThread(int index, IDtlsAssociationFactory factory, int capacity, Action wakeWorker)
    {
        _factory = factory;
        _out = new Mailbox<Lent>(capacity);
        _back = new Mailbox<Lent>(capacity);
        _wakeWorker = wakeWorker;
        _thread = new Thread(Run) { IsBackground = true, Name = $"relay handshakes {index}" };
    }

    public DtlsFingerprint LocalFingerprint => _factory.LocalFingerprint;

    /// <summary>
    /// Associations that wait for the thread, are with it or wait to be taken back; safe to read from any thread.
    /// </summary>
    public int AwayCount => Volatile.Read(ref _awayCount);

    public void Start() => _thread.Start();

    /// <summary>A new association that makes its handshake on this thread.</summary>
    public IDtlsAssociation Create(in DtlsFingerprint expectedPeer, int slot) =>
        new HandshakeAssociation(this, _factory, expectedPeer, slot);

    /// <summary>Lends an association to the thread; false if too many are away.</summary>
    internal bool TryLend(HandshakeAssociation association)
    {
        // What is away is in one of the two mailboxes or in hand, so neither can overflow.
        if (_awayCount == _out.Capacity || !_out.TryEnqueue(new Lent { Association = association }))
        {
            return false;
        }

        Volatile.Write(ref _awayCount, _awayCount + 1);
        _work.Set();
        return true;
    }

    /// <summary>Takes one association back; the transport in that slot, if it is still the same, has news.</summary>
    public bool TryTakeBack(out int slot)
    {
        if (!_back.TryDequeue(out Lent lent))
        {
            slot = -1;
            return false;
        }

        Volatile.Write(ref _awayCount, _awayCount - 1);
        slot = lent.Association.Slot;
        lent.Association.HandleReturn();
        return true;
    }

    /// <summary>Stops the thread and takes everything back; the worker's thread must have ended.</summary>
    public void Dispose()
    {
        _isStopping = true;
        _work.Set();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        // The engine has disposed of all of them; what is on its way has not been freed yet.
        while (_out.TryDequeue(out Lent lent) || _back.TryDequeue(out lent))
        {
            lent.Association.Free();
        }

        _work.Dispose();
    }

    private void Run()
    {
        while (!_isStopping)
        {
            if (!_out.TryDequeue(out Lent lent))
            {
                _work.WaitOne();
                continue;
            }

            lent.Association.Advance();
            bool fits = _back.TryEnqueue(lent);
            Invariant.Holds(fits, "more associations came back than were lent");
            _wakeWorker();
        }
    }

    private struct Lent
    {
        public HandshakeAssociation Association;
    }
}
