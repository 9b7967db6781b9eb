using System.Text.Json;

namespace Relay.Browser.Tests;

/// <summary>The only way that media may take between a page and the relay, and how the page's statistics must show it.</summary>
/// <param name="Name">For reports.</param>
/// <param name="Server">A regular expression for the one of the relay's iceServers to use; null for no TURN.</param>
/// <param name="DropsUdp">The relay's UDP candidates do not reach the page.</param>
/// <param name="Path">What the selected pair must be.</param>
public sealed record MediaWay(string Name, string? Server, bool DropsUdp, MediaPath Path)
{
    public static MediaWay Udp { get; } = new("UDP", null, DropsUdp: false, MediaPath.Udp);

    public static MediaWay TurnUdp { get; } = new("TURN/UDP", "^turn:.*transport=udp$", DropsUdp: false, MediaPath.Turn("udp"));

    public static MediaWay TurnTcp { get; } = new("TURN/TCP", "^turn:.*transport=tcp$", DropsUdp: false, MediaPath.Turn("tcp"));

    public static MediaWay TurnTls { get; } = new("TURN/TLS", "^turns:.*transport=tcp$", DropsUdp: false, MediaPath.Turn("tls"));

    public static MediaWay IceTcp { get; } = new("ICE-TCP", null, DropsUdp: true, MediaPath.Tcp);

    public static MediaWay Named(string name) => new[] { Udp, TurnUdp, TurnTcp, TurnTls, IceTcp }
        .Single(way => way.Name.Equals(name, StringComparison.Ordinal));

    /// <summary>What the page runs before anything else.</summary>
    public string Script => $"window.relayWay = {JsonSerializer.Serialize(new { server = Server, dropsUdp = DropsUdp })};\n";

    public override string ToString() => Name;
}
