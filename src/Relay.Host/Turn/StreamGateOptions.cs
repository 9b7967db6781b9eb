using System.Net;

namespace Relay.Host.Turn;

/// <summary>Limits of what is accepted on TCP. Times are looked at once a second.</summary>
internal sealed record StreamGateOptions
{
    /// <summary>
    /// Who puts a PROXY header (version 1 or 2) in front of every connection and is believed; from anybody else one is an
    /// error.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Connections at once, undecided ones and streams; those handed to HTTP are Kestrel's to count.</summary>
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>Connections at once from one IPv4 address or IPv6 /64.</summary>
    public int PerSourceMax { get; init; } = 64;

    /// <summary>TLS handshakes at once.</summary>
    public int HandshakesMax { get; init; } = 256;

    /// <summary>TLS handshakes at once from one source: whoever leaves all of its own half open must not stop the others'.</summary>
    public int HandshakesPerSourceMax { get; init; } = 32;

    /// <summary>Time for the first bytes of a connection, and once more behind a TLS handshake.</summary>
    public TimeSpan FirstBytesTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for a TLS handshake.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time until a TURN stream has an allocation or an ICE stream a valid check.</summary>
    public TimeSpan UseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A TURN stream without a message for so long is closed; clients refresh permissions every five minutes.</summary>
    public TimeSpan TurnIdleTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>An ICE stream without a message for so long is closed; consent is asked for often (RFC 7675).</summary>
    public TimeSpan IceIdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A client that takes nothing for so long, while it is sent something, is closed.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
