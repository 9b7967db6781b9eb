using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Testing;

/// <summary>A certificate for localhost and 127.0.0.1 that nobody has signed, and its key, as PEM files until disposal.</summary>
public sealed class SelfSignedCertificate : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-certificate-");

    public SelfSignedCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
        KeyHash = Convert.ToBase64String(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
    }

    public string CertificatePath => Path.Combine(_directory.FullName, "certificate.pem");

    public string KeyPath => Path.Combine(_directory.FullName, "key.pem");

    /// <summary>SHA-256 of the SubjectPublicKeyInfo in Base64, as in RFC 7469 section 2.4.</summary>
    public string KeyHash { get; }

    public void Dispose() => _directory.Delete(recursive: true);
}
