using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Relay.Core.Dtls;
using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

public class DtlsCertificateTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_certificate_is_self_signed_ecdsa_p256_and_says_nothing_about_the_host()
    {
        using DtlsCertificate made = DtlsCertificate.CreateEcdsa(Now);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(made.Certificate);
        using ECDsa? key = certificate.GetECDsaPublicKey();

        Assert.NotNull(key);
        Assert.Equal(ECCurve.NamedCurves.nistP256.Oid.Value, key.ExportParameters(false).Curve.Oid.Value);
        Assert.Equal("CN=relay", certificate.Subject);
        Assert.Equal("CN=relay", certificate.Issuer);
        Assert.Empty(certificate.Extensions);
        Assert.False(certificate.HasPrivateKey);
    }

    [Fact]
    public void It_is_valid_for_peers_whose_clock_is_a_day_slow_and_for_months()
    {
        using DtlsCertificate made = DtlsCertificate.CreateEcdsa(Now);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(made.Certificate);
        Assert.True(certificate.NotBefore.ToUniversalTime() <= Now.UtcDateTime.AddDays(-1));
        Assert.True(certificate.NotAfter.ToUniversalTime() >= Now.UtcDateTime.AddDays(180));
    }

    [Fact]
    public void The_fingerprint_is_the_sha256_of_the_der_form()
    {
        using DtlsCertificate made = DtlsCertificate.CreateEcdsa(Now);
        DtlsFingerprint fingerprint = made.Fingerprint;
        Assert.Equal(DtlsFingerprintAlgorithm.Sha256, fingerprint.Algorithm);
        Assert.Equal(SHA256.HashData(made.Certificate), fingerprint.Value.ToArray());
    }

    [Fact]
    public void Every_certificate_is_another()
    {
        using DtlsCertificate first = DtlsCertificate.CreateEcdsa(Now);
        using DtlsCertificate second = DtlsCertificate.CreateEcdsa(Now);
        Assert.NotEqual(first.Fingerprint.Value.ToArray(), second.Fingerprint.Value.ToArray());
    }

    [Fact]
    public void Dispose_overwrites_the_private_key()
    {
        DtlsCertificate made = DtlsCertificate.CreateEcdsa(Now);
        Assert.True(made.PrivateKey.ContainsAnyExcept((byte)0));
        made.Dispose();
        Assert.False(made.PrivateKey.ContainsAnyExcept((byte)0));
    }
}
