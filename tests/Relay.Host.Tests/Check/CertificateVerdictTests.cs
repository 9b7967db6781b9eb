using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Relay.Host.Check;
using Xunit;

namespace Relay.Host.Tests.Check;

public sealed class CertificateVerdictTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    [Fact]
    public void What_the_system_accepts_is_good() =>
        Assert.Null(CertificateVerdict.Complaint("a.example", null, null, SslPolicyErrors.None, Now));

    [Theory]
    [InlineData(-10, -1, SslPolicyErrors.RemoteCertificateChainErrors, "expired on 2027-01-14")]
    [InlineData(1, 10, SslPolicyErrors.RemoteCertificateChainErrors, "not valid before 2027-01-16")]
    [InlineData(-1, 10, SslPolicyErrors.RemoteCertificateNameMismatch, "is for a.example, 192.0.2.1, not for b.example")]
    [InlineData(-1, -1, SslPolicyErrors.RemoteCertificateNotAvailable, "no certificate")]
    public void What_is_wrong_is_said(int firstDay, int lastDay, SslPolicyErrors errors, string said)
    {
        using X509Certificate2 certificate = Create(firstDay, lastDay == firstDay ? lastDay + 1 : lastDay, "a.example");
        Assert.Contains(said, CertificateVerdict.Complaint("b.example", certificate, null, errors, Now), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_authority_is_told_from_other_faults_of_the_chain()
    {
        using X509Certificate2 certificate = Create(-1, 10, "a.example");
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = Now.UtcDateTime;
        Assert.False(chain.Build(certificate));
        const SslPolicyErrors Errors = SslPolicyErrors.RemoteCertificateChainErrors;
        Assert.Contains("authority", CertificateVerdict.Complaint("a.example", certificate, chain, Errors, Now), StringComparison.Ordinal);
        Assert.Contains("refused", CertificateVerdict.Complaint("a.example", certificate, null, Errors, Now), StringComparison.Ordinal);
    }

    [Fact]
    public void Few_names_are_shown()
    {
        using X509Certificate2 certificate = Create(-1, 10, [.. Enumerable.Range(0, 9).Select(i => $"n{i}.example")]);
        string? said = CertificateVerdict.Complaint(
            "b.example", certificate, null, SslPolicyErrors.RemoteCertificateNameMismatch, Now);
        Assert.Contains("n4.example, ...", said, StringComparison.Ordinal);
        Assert.DoesNotContain("n5.example", said, StringComparison.Ordinal);
    }

    private static X509Certificate2 Create(int firstDay, int lastDay, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256);
        var alternative = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            alternative.AddDnsName(name);
        }

        alternative.AddIpAddress(IPAddress.Parse("192.0.2.1"));
        request.CertificateExtensions.Add(alternative.Build());
        return request.CreateSelfSigned(Now.AddDays(firstDay), Now.AddDays(lastDay));
    }
}
