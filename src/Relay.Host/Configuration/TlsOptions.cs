namespace Relay.Host.Configuration;

/// <summary>The certificate for TLS on Turn:Listen. Read again when its file changes; connections stay.</summary>
public sealed class TlsOptions
{
    /// <summary>
    /// PEM file with the certificate and, after it, those that lead to a known authority. Default empty: no TLS. Needs KeyFile.
    /// </summary>
    [Option]
    public string CertificateFile { get; set; } = string.Empty;

    /// <summary>
    /// PEM file with the private key, not encrypted. Default empty. Risk: only the relay's user should be able to read it.
    /// </summary>
    [Option]
    public string KeyFile { get; set; } = string.Empty;
}
