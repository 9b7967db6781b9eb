namespace Relay.Host.Api;

/// <summary>Why the relay closes a socket, and what that means for the session.</summary>
/// <param name="Status">Close code (RFC 6455 section 7.4; 4000 to 4999 are this API's).</param>
/// <param name="Reason">A few words for a developer; the same for every client.</param>
/// <param name="EndsSession">Whether the session ends with the socket; otherwise it may be resumed.</param>
internal sealed record SocketClose(int Status, string Reason, bool EndsSession)
{
    /// <summary>The session ended.</summary>
    public static readonly SocketClose Normal = new(1000, "session ended", true);

    /// <summary>The relay stops.</summary>
    public static readonly SocketClose GoingAway = new(1001, "relay is shutting down", true);

    /// <summary>A binary message.</summary>
    public static readonly SocketClose NotText = new(1003, "text messages only", true);

    /// <summary>A message over the limit.</summary>
    public static readonly SocketClose TooLarge = new(1009, "message too large", true);

    /// <summary>Another socket of the session took over.</summary>
    public static readonly SocketClose TakenOver = new(4001, "another socket took over", false);

    /// <summary>The client reads too slowly.</summary>
    public static readonly SocketClose TooSlow = new(4008, "reading too slowly", false);

    /// <summary>The client answered no ping.</summary>
    public static readonly SocketClose Silent = new(4009, "no answer to ping", false);

    /// <summary>The client goes on sending faster than it may.</summary>
    public static readonly SocketClose Flood = new(4029, "too many messages", true);

    /// <summary>The client goes on sending malformed messages.</summary>
    public static readonly SocketClose BadMessages = new(4400, "too many malformed messages", true);

    /// <summary>The session was gone before the socket was open.</summary>
    public static readonly SocketClose NoSession = new(4404, "session is gone", true);
}
