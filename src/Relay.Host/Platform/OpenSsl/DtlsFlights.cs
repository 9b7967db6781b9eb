using Relay.Core.Primitives;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>
/// What an association has to send, now and later. OpenSSL's retransmission timer reads the wall clock, which would tie every
/// handshake to it. So the timer is not used to wait: right behind a flight OpenSSL is made to write all its retransmissions
/// too, each with fresh record numbers, and they are kept here until their time on the caller's clock comes.
/// </summary>
internal sealed class DtlsFlights : IDisposable
{
    /// <summary>How often a flight is sent again. OpenSSL gives up after twelve.</summary>
    internal const int RetransmissionsMax = 6;

    // A flight with certificate is about 1 KB, with a large RSA certificate and chain 3 KB. What does not fit is not
    // sent, as if it were lost.
    private const int ReadyMaxBytes = 8 * 1024;
    private const int RetransmissionsMaxBytes = 16 * 1024;

    private readonly DatagramQueue _ready = new(ReadyMaxBytes);
    private readonly DatagramQueue _retransmissions = new(RetransmissionsMaxBytes);
    private readonly TimeSpan _intervalInitial;
    private readonly TimeSpan _intervalMax;
    private TimeSpan _interval;
    private byte _writing;
    private byte _sent;
    private bool _isNew;

    internal DtlsFlights(TimeSpan intervalInitial, TimeSpan intervalMax)
    {
        _intervalInitial = intervalInitial;
        _intervalMax = intervalMax;
    }

    /// <summary>When <see cref="HandleTimeout"/> wants to be called.</summary>
    internal Instant NextTimeout { get; private set; } = Instant.Never;

    /// <summary>Before OpenSSL is called: what it writes from now on is for now.</summary>
    internal void BeginCall()
    {
        _writing = 0;
        _isNew = false;
    }

    /// <summary>After OpenSSL was called: starts the timer of a flight that began meanwhile.</summary>
    internal void EndCall(Instant now)
    {
        if (_isNew)
        {
            _interval = _intervalInitial;
            NextTimeout = now + _interval;
        }
    }

    /// <summary>What OpenSSL writes from now on is a new flight that wants an answer; the one before got its answer.</summary>
    internal void BeginFlight()
    {
        _retransmissions.Clear();
        _writing = 0;
        _sent = 0;
        _isNew = true;
    }

    /// <summary>What OpenSSL writes from now on is the flight's next retransmission; false if it was the last one.</summary>
    internal bool BeginRetransmission() => ++_writing < RetransmissionsMax;

    internal void Write(ReadOnlySpan<byte> datagram)
    {
        // Nothing to do about a full queue: a datagram may be lost.
        _ = _writing == 0 ? _ready.TryEnqueue(0, datagram) : _retransmissions.TryEnqueue(_writing, datagram);
    }

    /// <summary>Sends the flight again if it is time.</summary>
    internal void HandleTimeout(Instant now)
    {
        if (now < NextTimeout)
        {
            return;
        }

        _sent++;
        while (_retransmissions.TryPeek(out byte number, out ReadOnlySpan<byte> datagram) && number <= _sent)
        {
            _ready.TryEnqueue(0, datagram);
            _retransmissions.Dequeue();
        }

        _interval = _interval * 2 < _intervalMax ? _interval * 2 : _intervalMax;
        NextTimeout = _retransmissions.IsEmpty ? Instant.Never : now + _interval;
    }

    /// <summary>The last flight was answered, or nobody waits for the answer any more.</summary>
    internal void EndRetransmissions()
    {
        _retransmissions.Clear();
        NextTimeout = Instant.Never;
    }

    internal bool TryDequeue(Span<byte> destination, out int length)
    {
        length = 0;
        if (!_ready.TryPeek(out _, out ReadOnlySpan<byte> datagram))
        {
            return false;
        }

        datagram.CopyTo(destination);
        length = datagram.Length;
        _ready.Dequeue();
        return true;
    }

    public void Dispose()
    {
        _ready.Dispose();
        _retransmissions.Dispose();
    }
}
