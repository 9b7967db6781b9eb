namespace Relay.Browser.Tests;

/// <summary>The selected candidate pair in the terms of W3C webrtc-stats.</summary>
/// <param name="IsRelayed">Whether the page's candidate is of type relay: media goes through TURN.</param>
/// <param name="Protocol">Of the page's candidate: udp or tcp; of a relayed one, between the TURN server and its peer.</param>
/// <param name="RelayProtocol">Between the page and the TURN server: udp, tcp or tls; null without one.</param>
/// <param name="RemoteProtocol">Of the relay's candidate.</param>
public sealed record MediaPath(bool IsRelayed, string Protocol, string? RelayProtocol, string RemoteProtocol)
{
    public static MediaPath Udp { get; } = new(IsRelayed: false, "udp", null, "udp");

    public static MediaPath Tcp { get; } = new(IsRelayed: false, "tcp", null, "tcp");

    public static MediaPath Turn(string protocol) => new(IsRelayed: true, "udp", protocol, "udp");
}
