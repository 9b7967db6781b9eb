using System.Runtime.InteropServices;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>
/// A DTLS 1.2 association on an OpenSSL <c>SSL</c> object. Used by one thread at a time. In the client role the first
/// <see cref="HandleTimeout"/>, due at once, sends the ClientHello.
/// </summary>
internal sealed unsafe class OpenSslDtlsAssociation : IDtlsAssociation
{
    // More than the protected records that pass the screen.
    private const int ReadsMax = 128;

    private const int OpenSslObjectsEach = 2;
    private const uint ExpiredMicroseconds = 1;
    private const uint NeverMicroseconds = 3_600_000_000;

    private readonly DtlsFingerprint _expectedPeer;
    private readonly TimeSpan _handshakeMax;
    private readonly DtlsFlights _flights;
    private GCHandle _self;
    private nint _ssl;
    private byte* _incoming;
    private int _incomingBytes;
    private DtlsScreen _screen;
    private DtlsAlerts? _alerts;
    private bool _isDisposed;
    private Instant _deadline = Instant.Never;
    private bool _isStarted;
    private bool _isPeerVerified;
    private bool _isOtherPeer;

    /// <exception cref="InvalidOperationException">OpenSSL is out of memory.</exception>
    internal OpenSslDtlsAssociation(DtlsContext context, DtlsRole role, in DtlsFingerprint expectedPeer, DtlsOptions options)
    {
        _expectedPeer = expectedPeer;
        _handshakeMax = options.HandshakeMax;
        _flights = new DtlsFlights(options.RetransmissionInitial, options.RetransmissionMax);
        Role = role;
        LibCrypto.ERR_clear_error();
        _ssl = LibSsl.SSL_new(context.Handle);
        _self = GCHandle.Alloc(this);
        nint bio = _ssl == 0 ? 0 : DtlsCallbacks.CreateBio(_self);
        if (bio == 0 || LibSsl.SSL_set_ex_data(_ssl, DtlsCallbacks.AssociationIndex, GCHandle.ToIntPtr(_self)) != 1)
        {
            _ = LibCrypto.BIO_free(bio);
            LibSsl.SSL_free(_ssl);
            _self.Free();
            LibCrypto.ERR_clear_error();
            throw new InvalidOperationException("OpenSSL could not make an association.");
        }

        OpenSslObjects.Created(OpenSslObjectsEach);
        LibSsl.SSL_set_bio(_ssl, bio, bio);
        LibSsl.SSL_ctrl(_ssl, LibSsl.CtrlSetMtu, new CLong(DatagramQueue.DatagramMaxBytes), null);
        DtlsCallbacks.SetTimer(_ssl);
        if (role == DtlsRole.Server)
        {
            LibSsl.SSL_set_accept_state(_ssl);
        }
        else
        {
            LibSsl.SSL_set_connect_state(_ssl);
        }
    }

    public DtlsState State { get; private set; }

    public ushort SrtpProfile { get; private set; }

    public CloseReason CloseReason { get; private set; }

    public Instant NextTimeout => State switch
    {
        DtlsState.Connecting when !_isStarted => Role == DtlsRole.Client ? Instant.Zero : Instant.Never,
        DtlsState.Connecting => Instant.Min(_deadline, _flights.NextTimeout),
        _ => Instant.Never,
    };

    internal DtlsRole Role { get; }

    /// <summary>The <c>SSL</c> object, for tests that misuse it; 0 after HandlePeerConfirmed or Dispose.</summary>
    internal nint Ssl => _ssl;

    public DropReason HandleDatagram(ReadOnlySpan<byte> datagram, Instant now)
    {
        if (State == DtlsState.Closed)
        {
            return DropReason.DtlsAfterClose;
        }

        DropReason reason = _screen.Pass(datagram, State == DtlsState.Connecting, out int length);
        if (reason != DropReason.None)
        {
            return reason;
        }

        if (_ssl == 0)
        {
            return ReadAlerts(datagram[..length]);
        }

        fixed (byte* incoming = datagram)
        {
            _incoming = incoming;
            _incomingBytes = length;
            reason = Advance(now);
            _incoming = null;
            _incomingBytes = 0;
        }

        return reason;
    }

    public void HandleTimeout(Instant now)
    {
        if (State != DtlsState.Connecting)
        {
            return;
        }

        if (!_isStarted)
        {
            if (Role == DtlsRole.Client)
            {
                Advance(now);
            }

            return;
        }

        if (now >= _deadline)
        {
            Close(CloseReason.DtlsFailed);
            return;
        }

        _flights.HandleTimeout(now);
    }

    /// <summary>Frees the SSL object, 40 KB; <see cref="DtlsAlerts"/> is what is left.</summary>
    public void HandlePeerConfirmed()
    {
        if (State != DtlsState.Connected || _ssl == 0)
        {
            return;
        }

        _alerts = DtlsAlerts.TryCreate(_ssl, Role);
        if (_alerts is not null)
        {
            // Does not go out: PutOutgoing keeps it.
            SendCloseNotify();
            FreeSsl();
        }
    }

    public void HandleClose()
    {
        if (State == DtlsState.Closed)
        {
            return;
        }

        SendCloseNotify();
        Close(CloseReason.Requested);
    }

    public bool TryDequeueDatagram(Span<byte> destination, out int length) => _flights.TryDequeue(destination, out length);

    public bool TryExportKeyingMaterial(Span<byte> destination)
    {
        if (State != DtlsState.Connected || _ssl == 0)
        {
            return false;
        }

        LibCrypto.ERR_clear_error();
        ReadOnlySpan<byte> label = "EXTRACTOR-dtls_srtp"u8;
        fixed (byte* output = destination)
        fixed (byte* text = label)
        {
            int done = LibSsl.SSL_export_keying_material(
                _ssl, output, (nuint)destination.Length, text, (nuint)label.Length, null, 0, 0);
            LibCrypto.ERR_clear_error();
            return done == 1;
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        Close(CloseReason.Requested);
        FreeSsl();
        _alerts?.Dispose();
        _flights.Dispose();
    }

    /// <summary>Called by OpenSSL: gives it the datagram being handled, once.</summary>
    internal int TakeIncoming(Span<byte> destination)
    {
        int length = Math.Min(_incomingBytes, destination.Length);
        new ReadOnlySpan<byte>(_incoming, length).CopyTo(destination);
        _incomingBytes = 0;
        return length;
    }

    /// <summary>Called by OpenSSL: one datagram to send.</summary>
    internal void PutOutgoing(ReadOnlySpan<byte> datagram)
    {
        if (_alerts is null)
        {
            _flights.Write(datagram);
            return;
        }

        _alerts.Keep(datagram);
    }

    /// <summary>
    /// Called by OpenSSL when a flight begins (0) and when its timer has expired, just before it writes the flight again.
    /// Returns the timer's next duration: expired until all retransmissions are written (see <see cref="DtlsFlights"/>).
    /// </summary>
    internal uint HandleOpenSslTimer(uint microseconds)
    {
        if (microseconds == 0)
        {
            _flights.BeginFlight();
            return ExpiredMicroseconds;
        }

        return _flights.BeginRetransmission() ? ExpiredMicroseconds : NeverMicroseconds;
    }

    /// <summary>
    /// Called by OpenSSL in the middle of the handshake, before anything is accepted from the peer: the certificate must be
    /// the expected one, its key affordable, and use_srtp must have agreed on a profile. Returns an X509_V_ code, which decides
    /// the alert.
    /// </summary>
    internal int VerifyPeer(nint certificate)
    {
        _isPeerVerified = PeerCertificate.Matches(certificate, _expectedPeer);
        if (!_isPeerVerified)
        {
            _isOtherPeer = true;
            return LibCrypto.X509VErrCertRejected;
        }

        if (!PeerCertificate.HasAffordableKey(certificate))
        {
            return LibCrypto.X509VErrCertRejected;
        }

        return LibSsl.SSL_get_selected_srtp_profile(_ssl) == null ? LibCrypto.X509VErrApplicationVerification : LibCrypto.X509VOk;
    }

    private DropReason Advance(Instant now)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            _deadline = now + _handshakeMax;
        }

        _flights.BeginCall();
        LibCrypto.ERR_clear_error();
        if (State == DtlsState.Connecting)
        {
            AdvanceHandshake();
        }

        DropReason reason = State == DtlsState.Connected ? ReadRecords() : DropReason.None;
        _flights.EndCall(now);
        if (State != DtlsState.Connecting)
        {
            _flights.EndRetransmissions();
            ReleaseBuffers();
        }

        return reason;
    }

    private void FreeSsl()
    {
        if (_ssl != 0)
        {
            LibSsl.SSL_free(_ssl);
            _ssl = 0;
            _self.Free();
            OpenSslObjects.Freed(OpenSslObjectsEach);
        }
    }

    /// <summary>
    /// After the handshake hardly anything comes any more, and 34 KB wait for it. The next SSL_read allocates them again.
    /// </summary>
    private void ReleaseBuffers()
    {
        // Refused while something is half read or half written; it stays until the next time then.
        _ = LibSsl.SSL_free_buffers(_ssl);
        LibCrypto.ERR_clear_error();
    }

    private void AdvanceHandshake()
    {
        int result = LibSsl.SSL_do_handshake(_ssl);
        if (result == 1)
        {
            LibSsl.SrtpProtectionProfile* profile = LibSsl.SSL_get_selected_srtp_profile(_ssl);
            Invariant.Holds(_isPeerVerified && profile != null, "a handshake ended without a verified peer or an SRTP profile");
            SrtpProfile = (ushort)profile->Id.Value;
            State = DtlsState.Connected;
        }
        else if (LibSsl.SSL_get_error(_ssl, result) != LibSsl.ErrorWantRead)
        {
            Close(_isOtherPeer ? CloseReason.FingerprintMismatch : CloseReason.DtlsFailed);
        }
    }

    /// <summary>
    /// After the handshake: retransmissions of its end, alerts, data that nobody asked for. Another handshake is refused, or ends
    /// the association.
    /// </summary>
    private DropReason ReadRecords()
    {
        const int PlaintextMaxBytes = 2048;
        byte* ignored = stackalloc byte[PlaintextMaxBytes];
        DropReason reason = DropReason.None;
        for (int i = 0; i < ReadsMax; i++)
        {
            int read = LibSsl.SSL_read(_ssl, ignored, PlaintextMaxBytes);
            if (read > 0)
            {
                reason = DropReason.DtlsUnexpected;
                continue;
            }

            switch (LibSsl.SSL_get_error(_ssl, read))
            {
                case LibSsl.ErrorWantRead when LibSsl.SSL_in_init(_ssl) != 0:
                    // A part of another handshake. OpenSSL would keep what is not whole, eleven messages of 18 KB, to the end.
                    Close(CloseReason.DtlsFailed);
                    break;
                case LibSsl.ErrorWantRead:
                    break;
                case LibSsl.ErrorSystemCall when read == 0:
                    // So OpenSSL 3.0 speaks of an empty record of data.
                    reason = DropReason.DtlsUnexpected;
                    continue;
                case LibSsl.ErrorZeroReturn:
                    SendCloseNotify();
                    Close(CloseReason.PeerClosed);
                    break;
                default:
                    Close(CloseReason.DtlsFailed);
                    break;
            }

            break;
        }

        return reason;
    }

    // A repeated end of the handshake is of no use to anybody any more, an alert is.
    private DropReason ReadAlerts(ReadOnlySpan<byte> datagram)
    {
        CloseReason reason = _alerts!.Read(datagram);
        if (reason == CloseReason.None)
        {
            return DropReason.DtlsUnexpected;
        }

        if (reason == CloseReason.PeerClosed)
        {
            SendCloseNotify();
        }

        Close(reason);
        return DropReason.None;
    }

    private void SendCloseNotify()
    {
        if (State != DtlsState.Connected)
        {
            return;
        }

        _flights.BeginCall();
        if (_ssl == 0)
        {
            _alerts!.WriteGoodbye(_flights);
        }
        else
        {
            LibCrypto.ERR_clear_error();
            // Writing does not allocate what reading does.
            _ = LibSsl.SSL_alloc_buffers(_ssl) == 1 ? LibSsl.SSL_shutdown(_ssl) : 0;
            LibCrypto.ERR_clear_error();
        }
    }

    private void Close(CloseReason reason)
    {
        if (State != DtlsState.Closed)
        {
            State = DtlsState.Closed;
            CloseReason = reason;
            SrtpProfile = 0;
            _flights.EndRetransmissions();
            LibCrypto.ERR_clear_error();
        }
    }
}
