namespace Relay.Testing.Api;

/// <summary>The WebSocket ended while a message was waited for.</summary>
public sealed class RelaySocketClosedException : Exception
{
    public RelaySocketClosedException()
    {
    }

    public RelaySocketClosedException(string message)
        : base(message)
    {
    }

    public RelaySocketClosedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
