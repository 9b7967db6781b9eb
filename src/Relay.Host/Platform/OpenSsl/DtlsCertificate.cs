using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Relay.Core.Dtls;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>
/// A self-signed certificate and its key, in memory only. Peers know it by its fingerprint (RFC 8122), so its subject
/// says nothing. Dispose overwrites the key; a factory made from it keeps working.
/// </summary>
public sealed class DtlsCertificate : IDisposable
{
    // Nothing renews the certificate while the process runs, and no browser looks at the dates: long enough for any
    // uptime, and from before now, for peers whose clock is slow.
    private static readonly TimeSpan ClockSkewMax = TimeSpan.FromDays(2);
    private static readonly TimeSpan LifetimeMax = TimeSpan.FromDays(365);

    private readonly byte[] _certificate;
    private readonly byte[] _privateKey;

    private DtlsCertificate(byte[] certificate, byte[] privateKey, int keyType)
    {
        _certificate = certificate;
        _privateKey = privateKey;
        KeyType = keyType;
    }

    /// <summary>SHA-256 over the DER form (RFC 8122 section 5).</summary>
    public DtlsFingerprint Fingerprint => new(DtlsFingerprintAlgorithm.Sha256, SHA256.HashData(_certificate));

    /// <summary>The certificate in DER.</summary>
    internal ReadOnlySpan<byte> Certificate => _certificate;

    /// <summary>The key in DER: SEC 1 for EC, PKCS #1 for RSA.</summary>
    internal ReadOnlySpan<byte> PrivateKey => _privateKey;

    /// <summary>OpenSSL's number of the key's algorithm.</summary>
    internal int KeyType { get; }

    /// <summary>A new ECDSA P-256 certificate, valid for a year around <paramref name="now"/>.</summary>
    public static DtlsCertificate CreateEcdsa(DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=relay", key, HashAlgorithmName.SHA256);
        return new DtlsCertificate(SelfSign(request, now), key.ExportECPrivateKey(), LibCrypto.EvpPkeyEc);
    }

    /// <summary>A new RSA certificate as older clients show it; for peers in tests.</summary>
    internal static DtlsCertificate CreateRsa(int keyBits, DateTimeOffset now)
    {
        using RSA key = RSA.Create(keyBits);
        CertificateRequest request = new("CN=relay", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return new DtlsCertificate(SelfSign(request, now), key.ExportRSAPrivateKey(), LibCrypto.EvpPkeyRsa);
    }

    /// <summary>The fingerprint by another hash function.</summary>
    internal DtlsFingerprint FingerprintBy(DtlsFingerprintAlgorithm algorithm) => new(algorithm, algorithm switch
    {
        DtlsFingerprintAlgorithm.Sha384 => SHA384.HashData(_certificate),
        DtlsFingerprintAlgorithm.Sha512 => SHA512.HashData(_certificate),
        _ => SHA256.HashData(_certificate),
    });

    public void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);

    private static byte[] SelfSign(CertificateRequest request, DateTimeOffset now)
    {
        using X509Certificate2 certificate = request.CreateSelfSigned(now - ClockSkewMax, now + LifetimeMax);
        return certificate.RawData;
    }
}
