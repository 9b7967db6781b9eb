using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class CertificateReloaderTests : IDisposable
{
    private static readonly DateTimeOffset Soon = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly CertificateFiles _files = new();
    private readonly Lines _log = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_chain_is_sent_and_the_end_is_known()
    {
        _files.Write("first.example", Soon);
        using CertificateReloader reloader = Open();
        Assert.Equal("CN=first.example", reloader.Current.TargetCertificate.Subject);
        Assert.Equal(Soon, reloader.Expires);
        Assert.Empty(_log.Said);
    }

    [Fact]
    public void Intermediate_certificates_come_from_the_file()
    {
        _files.WriteChain("leaf.example", "issuer.example");
        using CertificateReloader reloader = Open();
        Assert.Equal("CN=leaf.example", reloader.Current.TargetCertificate.Subject);
        Assert.Contains(
            reloader.Current.IntermediateCertificates,
            sent => sent.Subject.Equals("CN=issuer.example", StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_file_is_taken_and_said_once()
    {
        _files.Write("first.example", Soon);
        using CertificateReloader reloader = Open();
        reloader.Check();
        Assert.Empty(_log.Said);
        _files.Write("second.example", Soon);
        reloader.Check();
        reloader.Check();
        Assert.Equal("CN=second.example", reloader.Current.TargetCertificate.Subject);
        Assert.Contains("New TLS certificate", Assert.Single(_log.Said), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("half")]
    [InlineData("other key")]
    [InlineData("missing")]
    [InlineData("empty")]
    public void A_bad_file_leaves_the_old_one_says_so_once_and_is_forgiven(string what)
    {
        _files.Write("first.example", Soon);
        using CertificateReloader reloader = Open();
        string certificate = File.ReadAllText(_files.CertificatePath);
        switch (what)
        {
            case "garbage":
                File.WriteAllText(_files.CertificatePath, "garbage");
                break;
            case "half":
                File.WriteAllText(_files.CertificatePath, certificate[..(certificate.Length / 2)]);
                break;
            case "other key":
                _files.Write("second.example", Soon);
                File.WriteAllText(_files.CertificatePath, certificate);
                break;
            case "missing":
                File.Delete(_files.KeyPath);
                break;
            default:
                File.WriteAllText(_files.CertificatePath, "");
                break;
        }

        reloader.Check();
        reloader.Check();
        Assert.Equal("CN=first.example", reloader.Current.TargetCertificate.Subject);
        Assert.Contains("the last one stays", Assert.Single(_log.Said), StringComparison.Ordinal);
        _files.Write("third.example", Soon);
        reloader.Check();
        Assert.Equal("CN=third.example", reloader.Current.TargetCertificate.Subject);
        Assert.Equal(2, _log.Said.Count);
    }

    [Fact]
    public void A_bad_file_at_start_is_an_error()
    {
        File.WriteAllText(_files.CertificatePath, "garbage");
        File.WriteAllText(_files.KeyPath, "garbage");
        Assert.ThrowsAny<CryptographicException>(Open);
        File.Delete(_files.KeyPath);
        Assert.ThrowsAny<IOException>(Open);
    }

    private CertificateReloader Open() =>
        new(_files.CertificatePath, _files.KeyPath, TimeSpan.FromHours(1), TimeProvider.System, _log);

    private sealed class Lines : ILogger
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Said.Add(formatter(state, exception));
    }
}

/// <summary>Certificates and their keys in files of their own folder.</summary>
internal sealed class CertificateFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("relay-tls-");

    public string CertificatePath => Path.Combine(_folder.FullName, "cert.pem");

    public string KeyPath => Path.Combine(_folder.FullName, "key.pem");

    public static X509Certificate2 Create(string name, DateTimeOffset expires)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), expires);
    }

    public void Write(string name, DateTimeOffset expires)
    {
        using X509Certificate2 certificate = Create(name, expires);
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    public void WriteChain(string name, string issuerName)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 root = Authority("root.example", rootKey).CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 issuer = Authority(issuerName, issuerKey).Create(root, now.AddDays(-1), now.AddDays(20), [1]);
        using X509Certificate2 issuerWithKey = issuer.CopyWithPrivateKey(issuerKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 leaf = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256)
            .Create(issuerWithKey, now.AddDays(-1), now.AddDays(10), [2]);
        File.WriteAllText(CertificatePath, leaf.ExportCertificatePem() + "\n" + issuer.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }
}
