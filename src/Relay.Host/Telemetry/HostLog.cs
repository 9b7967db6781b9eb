namespace Relay.Host.Telemetry;

/// <summary>
/// The host's log lines. Ids are stable: 1xx process, 2xx API. None takes an address, a token, a session id or a text: what
/// is not a parameter cannot leak.
/// </summary>
internal static partial class HostLog
{
    [LoggerMessage(100, LogLevel.Information, "Draining for at most {Seconds} s: no new sessions, {Pairs} pairs talk on")]
    public static partial void DrainStarted(this ILogger logger, int seconds, int pairs);

    [LoggerMessage(101, LogLevel.Information, "Drained with {Pairs} pairs left")]
    public static partial void DrainEnded(this ILogger logger, int pairs);

    [LoggerMessage(102, LogLevel.Warning, "Second signal: stopping at once")]
    public static partial void StopForced(this ILogger logger);

    [LoggerMessage(103, LogLevel.Critical, "The pairing loop failed; the relay stops")]
    public static partial void PairingLoopFailed(this ILogger logger, Exception exception);

    [LoggerMessage(200, LogLevel.Debug, "Session opened, {Sessions} alive")]
    public static partial void SessionOpened(this ILogger logger, int sessions);

    [LoggerMessage(201, LogLevel.Debug, "Session closed, {Sessions} alive")]
    public static partial void SessionClosed(this ILogger logger, int sessions);

    [LoggerMessage(202, LogLevel.Debug, "Socket closed by the relay with {Status}")]
    public static partial void SocketClosedByRelay(this ILogger logger, int status);

    [LoggerMessage(203, LogLevel.Debug, "Socket lost")]
    public static partial void SocketLost(this ILogger logger);

    [LoggerMessage(204, LogLevel.Debug, "Leg closed: {Reason}")]
    public static partial void LegClosed(this ILogger logger, string reason);

    [LoggerMessage(205, LogLevel.Warning, "A worker's mailbox was full: {What}")]
    public static partial void MailboxFull(this ILogger logger, string what);

    [LoggerMessage(206, LogLevel.Error, "An offer or ICE restart made the media plane fail")]
    public static partial void NegotiationFailed(this ILogger logger, Exception exception);
}
