using Microsoft.Extensions.Logging.Abstractions;
using Relay.Host.Configuration;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class TlsCertificateTests
{
    [Fact]
    public void Without_files_there_is_no_TLS_and_no_problem()
    {
        Assert.Null(TlsCertificate.TryOpen(new TlsOptions(), NullLogger.Instance, out OptionProblem? problem));
        Assert.Null(problem);
    }

    [Fact]
    public void Files_that_cannot_be_used_are_a_problem_that_names_the_key()
    {
        var options = new TlsOptions { CertificateFile = "/nowhere/cert.pem", KeyFile = "/nowhere/key.pem" };
        Assert.Null(TlsCertificate.TryOpen(options, NullLogger.Instance, out OptionProblem? problem));
        Assert.Equal("Tls:CertificateFile", problem!.Key);
    }

    [Fact]
    public void Good_files_are_a_certificate()
    {
        using var files = new CertificateFiles();
        files.Write("relay.example", DateTimeOffset.UtcNow.AddDays(3));
        var options = new TlsOptions { CertificateFile = files.CertificatePath, KeyFile = files.KeyPath };
        using CertificateReloader? certificates = TlsCertificate.TryOpen(options, NullLogger.Instance, out OptionProblem? problem);
        Assert.NotNull(certificates);
        Assert.Null(problem);
    }
}
