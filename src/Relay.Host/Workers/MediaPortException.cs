using System.Globalization;
using System.Net.Sockets;
using Relay.Host.Configuration;

namespace Relay.Host.Workers;

/// <summary>A worker's UDP port cannot be bound.</summary>
internal sealed class MediaPortException(int port, SocketException inner) : Exception(inner.Message, inner)
{
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

    /// <summary>Names the key, the value and the fix.</summary>
    public OptionProblem ToProblem(MediaOptions options) => inner.SocketErrorCode == SocketError.AddressNotAvailable
        ? OptionProblem.OfValue("Media:BindAddress", options.BindAddress, "this machine has no such address", "0.0.0.0")
        : OptionProblem.OfValue(
            "Media:Port",
            port.ToString(CultureInfo.InvariantCulture),
            inner.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? "the UDP port is in use by another program"
                : "cannot listen there: " + inner.Message,
            "41000");
}
