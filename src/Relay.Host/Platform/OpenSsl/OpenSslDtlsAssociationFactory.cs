using Relay.Core.Dtls;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>
/// Makes DTLS associations through OpenSSL 3. <see cref="Create"/> may be called from any thread. Associations may outlive
/// the factory.
/// </summary>
public sealed class OpenSslDtlsAssociationFactory : IDtlsAssociationFactory, IDisposable
{
    private readonly DtlsContext _context;
    private readonly DtlsRole _role;
    private readonly DtlsOptions _options;

    /// <summary>A factory of server associations.</summary>
    /// <param name="options">What they have in common.</param>
    /// <param name="certificate">What they show; not needed any more after the constructor.</param>
    /// <exception cref="InvalidOperationException">OpenSSL does not accept a setting.</exception>
    public OpenSslDtlsAssociationFactory(DtlsOptions options, DtlsCertificate certificate)
        : this(DtlsRole.Server, options, certificate)
    {
    }

    /// <summary>The same for any role; a client may have no certificate.</summary>
    internal OpenSslDtlsAssociationFactory(DtlsRole role, DtlsOptions options, DtlsCertificate? certificate)
    {
        _role = role;
        _options = options;
        _context = new DtlsContext(options, certificate);
        LocalFingerprint = certificate?.Fingerprint ?? default;
    }

    public DtlsFingerprint LocalFingerprint { get; }

    /// <exception cref="ArgumentException">The fingerprint names no hash function.</exception>
    /// <exception cref="InvalidOperationException">OpenSSL is out of memory.</exception>
    public IDtlsAssociation Create(in DtlsFingerprint expectedPeer, int slot)
    {
        if (expectedPeer.Algorithm == DtlsFingerprintAlgorithm.None)
        {
            throw new ArgumentException("The peer's fingerprint must be known.", nameof(expectedPeer));
        }

        return new OpenSslDtlsAssociation(_context, _role, expectedPeer, _options);
    }

    public void Dispose() => _context.Dispose();
}
