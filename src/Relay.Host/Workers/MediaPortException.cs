using System.Net.Sockets;

namespace Relay.Host.Workers;

/// <summary>A worker's UDP port cannot be bound; the start names the port and the reason.</summary>
internal sealed class MediaPortException(int port, SocketException inner) : Exception(inner.Message, inner)
{
    public int Port { get; } = port;

    public SocketError Error { get; } = inner.SocketErrorCode;

    /// <exception cref="MediaPortException">The socket could not be opened.</exception>
    public static T Guard<T>(int port, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (SocketException e)
        {
            throw new MediaPortException(port, e);
        }
    }
}
