using System.Globalization;
using System.Net;

namespace Relay.Host.Check;

/// <summary>How a client comes to the relay.</summary>
internal enum CheckTransport
{
    Udp,
    Tcp,
    Tls,
}

/// <summary>One way by which clients are told to come.</summary>
/// <param name="Transport">How.</param>
/// <param name="Host">The name or address that clients are told; a certificate must be for it.</param>
/// <param name="EndPoint">Where it leads to.</param>
/// <param name="Worker">Whose port it is; 0 for those that all share, <see cref="Discovery"/> for nobody's.</param>
internal sealed record CheckTarget(CheckTransport Transport, string Host, IPEndPoint EndPoint, int Worker)
{
    /// <summary>In place of a worker: NAT behaviour discovery, which answers STUN and has no allocations.</summary>
    public const int Discovery = -1;

    public override string ToString()
    {
        string name = EndPoint.Address.ToString().Equals(Host, StringComparison.OrdinalIgnoreCase)
            ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $" ({Host})");
        string worker = Transport != CheckTransport.Udp ? string.Empty
            : Worker == Discovery ? ", discovery"
            : string.Create(CultureInfo.InvariantCulture, $", worker {Worker}");
        return string.Create(CultureInfo.InvariantCulture, $"{Transport.ToString().ToUpperInvariant()} {EndPoint}{name}{worker}");
    }
}
