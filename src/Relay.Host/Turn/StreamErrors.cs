using System.Security.Authentication;

namespace Relay.Host.Turn;

/// <summary>What a broken connection may throw, from Kestrel's pipes or from TLS.</summary>
internal static class StreamErrors
{
    /// <summary>
    /// True for what the network causes: resets and aborts (IOException, OperationCanceledException), broken TLS, and what is
    /// thrown when a connection is torn down under a pending operation.
    /// </summary>
    public static bool IsNetwork(Exception exception) => exception is IOException
        or OperationCanceledException
        or AuthenticationException
        or ObjectDisposedException
        or InvalidOperationException { InnerException: IOException };
}
