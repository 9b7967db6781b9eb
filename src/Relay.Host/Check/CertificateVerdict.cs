using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Host.Check;

/// <summary>Why clients would not believe a certificate, in words for the operator.</summary>
internal static class CertificateVerdict
{
    private const int NamesShownMax = 5;

    /// <summary>The first thing that is wrong; null if nothing is.</summary>
    /// <param name="name">Who the server has to be.</param>
    /// <param name="certificate">What it showed.</param>
    /// <param name="chain">As it was built here.</param>
    /// <param name="errors">What the system found.</param>
    /// <param name="now">The time of day.</param>
    public static string? Complaint(
        string name, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        if (errors == SslPolicyErrors.None)
        {
            return null;
        }

        if (certificate is not X509Certificate2 shown || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "the server shows no certificate";
        }

        if (new DateTimeOffset(shown.NotAfter) < now)
        {
            return $"the certificate expired on {Day(shown.NotAfter)}: renew it; the relay reads the new file by itself";
        }

        if (new DateTimeOffset(shown.NotBefore) > now)
        {
            return $"the certificate is not valid before {Day(shown.NotBefore)}: is the clock of this machine right?";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"the certificate is for {Names(shown)}, not for {name}: set Turn:Host to a name that it is for, or get one for {name}";
        }

        X509ChainStatusFlags flags = (chain?.ChainStatus ?? []).Aggregate(
            X509ChainStatusFlags.NoError, (sum, status) => sum | status.Status);
        return flags.HasFlag(X509ChainStatusFlags.UntrustedRoot) || flags.HasFlag(X509ChainStatusFlags.PartialChain)
            ? "the certificate does not lead to an authority that this machine knows: it is self-signed, or Tls:CertificateFile lacks the "
                + "intermediate certificates"
            : "the certificate's chain is refused: " + flags;
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Names(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? names =
            certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        string[] all = names is null
            ? [certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)]
            : [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())];
        // Another server's text on an operator's terminal.
        IEnumerable<string> shown = all.Take(NamesShownMax).Select(text => string.Concat(text.Where(c => c is > ' ' and <= '~')));
        return string.Join(", ", shown) + (all.Length > NamesShownMax ? ", ..." : string.Empty);
    }
}
