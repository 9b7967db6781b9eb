using System.Globalization;

namespace Relay.Testing.Coturn;

/// <summary>One of coturn's tools that prints what it has learned about the way to a server.</summary>
/// <param name="Name">Such as "STUN client".</param>
/// <param name="Program">Such as turnutils_stunclient.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Expected">What it must print.</param>
public sealed record CoturnQuestion(string Name, string Program, string Arguments, params IReadOnlyList<string> Expected)
{
    /// <summary>What there is to ask: the client's address, and RFC 5780's mapping and filtering, without PADDING and with it.</summary>
    public static IReadOnlyList<CoturnQuestion> All(PublicTurnRelays relays)
    {
        string discovery = string.Create(CultureInfo.InvariantCulture, $"-p {relays.DiscoveryPort} -L 127.0.0.1 127.0.0.1");
        string[] noNat =
        [
            "Other addr: : 127.0.0.2:",
            "No NAT! (Endpoint Independent Mapping)",
            "NAT with Endpoint Independent Filtering!",
        ];
        return
        [
            new(
                "STUN client",
                "turnutils_stunclient",
                string.Create(CultureInfo.InvariantCulture, $"-p {relays.Port} 127.0.0.1"),
                "UDP reflexive addr: 127.0.0.1:"),
            new("NAT discovery", "turnutils_natdiscovery", $"-m -f {discovery}", noNat),
            new("NAT discovery with PADDING", "turnutils_natdiscovery", $"-m -f -P {discovery}", noNat),
        ];
    }

    /// <summary>Asks; null if all of <see cref="Expected"/> was printed and nothing timed out, else what was printed.</summary>
    public async Task<string?> FaultAsync()
    {
        string output = await CoturnClient.ReadAsync(Program, Arguments);
        return Expected.All(text => output.Contains(text, StringComparison.Ordinal))
            && !output.Contains("timeout", StringComparison.Ordinal)
            ? null
            : output;
    }
}
