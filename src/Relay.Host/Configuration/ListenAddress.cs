using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Relay.Host.Configuration;

/// <summary>
/// Where a listener binds: the address and port of <see cref="HttpOptions.Listen"/>, <see cref="AdminOptions.Listen"/> or an item
/// of <see cref="TurnServiceOptions.Listen"/>.
/// </summary>
internal sealed record ListenAddress(IPAddress Address, int Port)
{
    /// <summary>Reads "http://127.0.0.1:8080", "http://[::1]:0", "http://localhost:8080"; anything else is false.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? result) => TryParse(text, "http", out result);

    /// <summary>Reads "tcp://0.0.0.0:443", "tcp://[::]:3478"; the port has to be there.</summary>
    public static bool TryParseStream(string text, [NotNullWhen(true)] out ListenAddress? result) =>
        TryParse(text, "tcp", out result);

    private static bool TryParse(string text, string scheme, [NotNullWhen(true)] out ListenAddress? result)
    {
        result = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
            || !uri.Scheme.Equals(scheme, StringComparison.Ordinal)
            || uri.PathAndQuery is not ("/" or "")
            || uri.Port < 0
            || uri.UserInfo.Length > 0
            || uri.Fragment.Length > 0)
        {
            return false;
        }

        IPAddress? address;
        if (uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            address = IPAddress.Loopback;
        }
        else if (!IPAddress.TryParse(uri.Host, out address))
        {
            return false;
        }

        result = new ListenAddress(address, uri.Port);
        return true;
    }
}
