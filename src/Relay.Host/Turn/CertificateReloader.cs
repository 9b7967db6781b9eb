using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Relay.Host.Turn;

/// <summary>
/// A certificate in PEM files that may be replaced while the relay runs: new handshakes use the new one, connections stay. The
/// files are read again every few seconds and compared by content, so that it does not matter how they are replaced. What
/// cannot be used is said once, and the last good certificate stays.
/// </summary>
internal sealed class CertificateReloader : IDisposable
{
    private readonly string _certificatePath;
    private readonly string _keyPath;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _checking = new();
    private byte[] _seen;
    private volatile SslStreamCertificateContext _current;

    /// <summary>Reads the files for the first time.</summary>
    /// <param name="certificatePath">PEM: the server's certificate first, then the chain.</param>
    /// <param name="keyPath">PEM: its private key, not encrypted.</param>
    /// <param name="period">How often to look.</param>
    /// <param name="time">What the period is measured by.</param>
    /// <param name="logger">Told of every change.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="CryptographicException">The files hold no certificate with its key.</exception>
    public CertificateReloader(string certificatePath, string keyPath, TimeSpan period, TimeProvider time, ILogger logger)
    {
        _certificatePath = certificatePath;
        _keyPath = keyPath;
        _logger = logger;
        (string certificate, string key) = ReadFiles();
        _seen = Digest(certificate, key);
        _current = Create(certificate, key);
        _timer = time.CreateTimer(static state => ((CertificateReloader)state!).Check(), this, period, period);
    }

    /// <summary>The certificate for new handshakes.</summary>
    public SslStreamCertificateContext Current => _current;

    /// <summary>When it expires.</summary>
    public DateTimeOffset Expires => new(_current.TargetCertificate.NotAfter);

    public void Dispose() => _timer.Dispose();

    /// <summary>Reads the files again.</summary>
    internal void Check()
    {
        lock (_checking)
        {
            byte[] seen = [];
            try
            {
                (string certificate, string key) = ReadFiles();
                seen = Digest(certificate, key);
                if (seen.AsSpan().SequenceEqual(_seen))
                {
                    return;
                }

                _seen = seen;
                _current = Create(certificate, key);
                _logger.CertificateLoaded(Expires);
            }
            catch (Exception e)
                when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                // Said once for each state of the files; unreadable ones are a state too.
                if (seen.Length > 0 || _seen.Length > 0)
                {
                    _seen = seen;
                    _logger.CertificateRefused(e.Message.ReplaceLineEndings(" "));
                }
            }
        }
    }

    private static SslStreamCertificateContext Create(string certificate, string key)
    {
        var leaf = X509Certificate2.CreateFromPem(certificate, key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificate);
        chain.RemoveAt(0);
        // Offline: no third party is asked for parts of the chain or for its opinion.
        return SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }

    private static byte[] Digest(string certificate, string key) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(certificate + '\0' + key));

    private (string Certificate, string Key) ReadFiles() => (File.ReadAllText(_certificatePath), File.ReadAllText(_keyPath));
}
