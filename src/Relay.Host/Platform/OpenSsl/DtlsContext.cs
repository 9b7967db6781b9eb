using System.Runtime.InteropServices;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>
/// An <c>SSL_CTX</c>: what all associations of a factory share. DTLS 1.2 only, forward secrecy only, the peer must show a
/// certificate, nothing is ever resumed or renegotiated.
/// </summary>
internal sealed unsafe class DtlsContext : IDisposable
{
    // RFC 8827 section 6.5 makes every client support the first. Nothing else is needed for so few records, and with the CBC
    // suites OpenSSL 3.0 lets one forged record end an association.
    private const string Ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";

    // 112 bits: RSA from 2048 bits on, no SHA-1 signatures. Named because a distribution's openssl.cnf may differ.
    private const int SecurityLevel = 2;

    // Bounds what one handshake message may make OpenSSL allocate.
    private const int PeerCertificatesMaxBytes = 16 * 1024;

    private const ulong Options = LibSsl.OpNoQueryMtu | LibSsl.OpNoTicket | LibSsl.OpNoCompression
        | LibSsl.OpCipherServerPreference | LibSsl.OpNoRenegotiation;

    private nint _context;

    /// <exception cref="InvalidOperationException">OpenSSL refuses a setting: it is too old or built without it.</exception>
    internal DtlsContext(DtlsOptions options, DtlsCertificate? certificate)
    {
        LibCrypto.ERR_clear_error();
        _context = LibSsl.SSL_CTX_new(LibSsl.DTLS_method());
        Require(_context != 0, "SSL_CTX_new");
        OpenSslObjects.Created(1);
        try
        {
            Configure(options);
            if (certificate is not null)
            {
                Use(certificate);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    // P-256 must be among them, or no ECDSA P-256 certificate could be used.
    private static ReadOnlySpan<byte> Groups => "X25519:P-256:P-384\0"u8;

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_context == 0, this);
            return _context;
        }
    }

    public void Dispose()
    {
        if (_context != 0)
        {
            LibSsl.SSL_CTX_free(_context);
            _context = 0;
            OpenSslObjects.Freed(1);
        }
    }

    private void Configure(DtlsOptions options)
    {
        LibSsl.SSL_CTX_set_options(_context, Options);
        LibSsl.SSL_CTX_set_security_level(_context, SecurityLevel);
        Control(LibSsl.CtrlSetMinProtoVersion, LibSsl.Dtls12Version, "DTLS 1.2");
        Control(LibSsl.CtrlSetMaxProtoVersion, LibSsl.Dtls12Version, "DTLS 1.2");
        LibSsl.SSL_CTX_ctrl(_context, LibSsl.CtrlSetReadAhead, new CLong(1), null);
        LibSsl.SSL_CTX_ctrl(_context, LibSsl.CtrlSetSessionCacheMode, new CLong(0), null);
        LibSsl.SSL_CTX_ctrl(_context, LibSsl.CtrlSetMaxCertList, new CLong(PeerCertificatesMaxBytes), null);
        Require(LibSsl.SSL_CTX_set_cipher_list(_context, Ciphers) == 1, Ciphers);
        fixed (byte* groups = Groups)
        {
            Require(
                LibSsl.SSL_CTX_ctrl(_context, LibSsl.CtrlSetGroupsList, default, groups).Value == 1, "the key exchange groups");
        }

        // This one function of OpenSSL returns 0 for success.
        Require(
            options.SrtpProfiles.Length == 0 || LibSsl.SSL_CTX_set_tlsext_use_srtp(_context, options.SrtpProfiles) == 0,
            options.SrtpProfiles);
        LibSsl.SSL_CTX_set_verify(_context, LibSsl.VerifyPeer | LibSsl.VerifyFailIfNoPeerCert, 0);
        DtlsCallbacks.SetVerification(_context);
    }

    private void Use(DtlsCertificate certificate)
    {
        fixed (byte* der = certificate.Certificate)
        fixed (byte* key = certificate.PrivateKey)
        {
            Require(LibSsl.SSL_CTX_use_certificate_ASN1(_context, certificate.Certificate.Length, der) == 1, "the certificate");
            CLong keyBytes = new(certificate.PrivateKey.Length);
            Require(
                LibSsl.SSL_CTX_use_PrivateKey_ASN1(certificate.KeyType, _context, key, keyBytes) == 1, "the private key");
        }

        Require(LibSsl.SSL_CTX_check_private_key(_context) == 1, "the private key");
    }

    private void Control(int command, int argument, string what) =>
        Require(LibSsl.SSL_CTX_ctrl(_context, command, new CLong(argument), null).Value == 1, what);

    private static void Require(bool isDone, string what)
    {
        if (!isDone)
        {
            LibCrypto.ERR_clear_error();
            throw new InvalidOperationException($"OpenSSL does not accept {what}.");
        }
    }
}
