using System.Security.Cryptography;
using Relay.Host.Configuration;

namespace Relay.Host.Turn;

/// <summary>The certificate of the Tls options, at start.</summary>
internal static class TlsCertificate
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>Reads the files, and goes on looking at them.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="logger">Told of every change.</param>
    /// <param name="problem">Why they cannot be used.</param>
    /// <returns>Null without TLS, or with a problem.</returns>
    public static CertificateReloader? TryOpen(TlsOptions options, ILogger logger, out OptionProblem? problem)
    {
        problem = null;
        if (options.CertificateFile.Length == 0)
        {
            return null;
        }

        try
        {
            return new CertificateReloader(options.CertificateFile, options.KeyFile, LookEvery, TimeProvider.System, logger);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            problem = OptionProblem.OfValue(
                "Tls:CertificateFile",
                options.CertificateFile,
                "and Tls:KeyFile hold no usable certificate: " + e.Message.ReplaceLineEndings(" ").TrimEnd('.'),
                "/etc/relay/cert.pem");
            return null;
        }
    }
}
