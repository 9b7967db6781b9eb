namespace Relay.Testing.Api;

/// <summary>The WebSocket ended while a message was waited for.</summary>
public sealed class SessionSocketClosedException : Exception
{
    public SessionSocketClosedException()
    {
    }

    public SessionSocketClosedException(string message)
        : base(message)
    {
    }

    public SessionSocketClosedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
