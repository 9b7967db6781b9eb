namespace Relay.Host.Configuration;

/// <summary>The web listener: API, WebSocket, demo page.</summary>
public sealed class HttpOptions
{
    /// <summary>
    /// Where the relay listens for HTTP: http://address:port. Default http://127.0.0.1:8080; port 0 takes a free one.
    /// Risk: browsers give camera and microphone only to https:// pages or localhost, so put a TLS proxy in front before
    /// listening on anything but loopback.
    /// </summary>
    [Option(Format = OptionFormat.ListenUrl)]
    public string Listen { get; set; } = "http://127.0.0.1:8080";

    /// <summary>
    /// Web origins (https://chat.example) whose pages may use the API besides the relay's own. Default none. "*" allows
    /// every page. Risk: a page on an allowed origin can open sessions from its visitors' addresses.
    /// </summary>
    [Option(Format = OptionFormat.Origin)]
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>
    /// Addresses or networks (10.0.0.0/8) of reverse proxies whose X-Forwarded-For is believed. Default none: the
    /// connection's own address counts. Risk: whoever sends from a trusted address can claim any client address and so
    /// escape the limits per source.
    /// </summary>
    [Option(Format = OptionFormat.Network)]
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    /// <summary>
    /// TCP connections open at once, WebSockets included. Default 20000, 10 to 1000000 connections. Risk: each needs a
    /// file descriptor (raise LimitNOFILE) and about 20 KB.
    /// </summary>
    [Option(Min = 10, Max = 1_000_000, Unit = "connections")]
    public int MaxConnections { get; set; } = 20_000;
}
