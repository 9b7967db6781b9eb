namespace Relay.Host.Configuration;

/// <summary>
/// Every option of the relay, with its default. Sources, later ones win: the file named by <c>--config</c>, environment
/// (<c>RELAY_Media__Port=40000</c>), command line (<c>--Media:Port=40000</c>). Keys are not case-sensitive. An unknown key
/// or a value out of range stops the start. The values are read once, at start.
/// </summary>
public sealed class RelayOptions
{
    /// <summary>The web listener: API, WebSocket, demo page.</summary>
    public HttpOptions Http { get; } = new();

    /// <summary>The media plane: sockets, workers, buffers.</summary>
    public MediaOptions Media { get; } = new();

    /// <summary>
    /// STUN and TURN on the media ports, and over TCP and TLS where Listen says. Peers are this relay's own media ports unless
    /// Peers is public. Limits are each worker's own.
    /// </summary>
    public TurnServiceOptions Turn { get; } = new();

    /// <summary>The certificate for TLS on Turn:Listen. Read again when its file changes; connections stay.</summary>
    public TlsOptions Tls { get; } = new();

    /// <summary>The admin API: plain transports and rooms built by hand. A listener of its own, off by default.</summary>
    public AdminOptions Admin { get; } = new();

    /// <summary>How sessions wait for each other.</summary>
    public PairingOptions Pairing { get; } = new();

    /// <summary>How much one client, and all clients together, may use.</summary>
    public LimitsOptions Limits { get; } = new();

    /// <summary>How the relay stops.</summary>
    public DrainOptions Drain { get; } = new();
}
