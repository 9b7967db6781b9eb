namespace Relay.Host.Turn;

/// <summary>Log lines of streams and TLS, ids 3xx. As everywhere, no address, name or text of a client.</summary>
internal static partial class StreamLog
{
    [LoggerMessage(300, LogLevel.Information, "New TLS certificate, good until {Expires}")]
    public static partial void CertificateLoaded(this ILogger logger, DateTimeOffset expires);

    [LoggerMessage(301, LogLevel.Warning, "The TLS certificate cannot be used, the last one stays: {Problem}")]
    public static partial void CertificateRefused(this ILogger logger, string problem);
}
