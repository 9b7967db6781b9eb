using System.Diagnostics;
using System.Globalization;
using Relay.Testing;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>
/// A relay that is a general TURN server on loopback (IPv4, and a second one on ::1), and coturn's echo peer on both. The tests
/// aim at loopback peers and use coturn's old wide range of channels, so both are allowed here by name.
/// </summary>
public sealed class CoturnServers : IAsyncLifetime
{
    public const string User = "test";
    public const string Password = "test-password";
    public const string Secret = "a-secret-of-some-length";

    private readonly CertificateFiles _certificate = new();
    private readonly List<RelayFixture> _relays = [];
    private Process? _peer;

    public int Port { get; private set; }

    public int PortIPv6 { get; private set; }

    /// <summary>TCP with TLS and without on one port, of the relay on IPv4.</summary>
    public int StreamPort { get; private set; }

    public int PeerPort { get; private set; }

    /// <summary>RFC 5780's first port, on 127.0.0.1 and 127.0.0.2, of the relay on IPv4.</summary>
    public int DiscoveryPort { get; private set; }

    /// <summary>Everything that both relays have printed.</summary>
    public string Output => string.Join('\n', _relays.Select(relay => relay.Output));

    public async ValueTask InitializeAsync()
    {
        _certificate.Write("localhost", TimeProvider.System.GetUtcNow().AddDays(30));
        (Port, StreamPort, PortIPv6, PeerPort, DiscoveryPort) = (FreePort.Take(), FreePort.Take(), FreePort.Take(), FreePort.Take(), FreePort.Take());
        string discovery = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{DiscoveryPort},127.0.0.2:{FreePort.Take()}");
        _relays.Add(await StartAsync("127.0.0.1", Port, StreamPort, ("Turn:Discovery", discovery)));
        _relays.Add(await StartAsync("::1", PortIPv6, FreePort.Take()));
        _peer = CoturnProcess.Start(
            "turnutils_peer", string.Create(CultureInfo.InvariantCulture, $"-L 127.0.0.1 -L ::1 -p {PeerPort}"));
        // What it prints must not fill the pipe.
        _peer.OutputDataReceived += (_, _) => { };
        _peer.ErrorDataReceived += (_, _) => { };
        _peer.BeginOutputReadLine();
        _peer.BeginErrorReadLine();
    }

    public async ValueTask DisposeAsync()
    {
        if (_peer is not null)
        {
            _peer.Kill();
            _peer.Dispose();
        }

        foreach (RelayFixture relay in _relays)
        {
            await relay.DisposeAsync();
        }

        _certificate.Dispose();
    }

    private Task<RelayFixture> StartAsync(string address, int port, int streamPort, params (string Key, string Value)[] more) =>
        RelayFixture.StartAsync([
            .. more,
            ("Media:BindAddress", address),
            ("Media:Port", port.ToString(CultureInfo.InvariantCulture)),
            ("Turn:Peers", "public"),
            // Above the ports that the system gives out: one of those, the echo peer's, must not look like an allocation's.
            ("Turn:RelayPortMin", "61000"),
            ("Turn:AllowedPeers:0", "127.0.0.0/8"),
            ("Turn:AllowedPeers:1", "::1/128"),
            ("Turn:AllowWideChannels", "true"),
            ("Turn:Mobility", "true"),
            ("Turn:TcpAllocations", "true"),
            ("Turn:Users:0", $"{User}:{Password}"),
            ("Turn:Secrets:0", Secret),
            ("Turn:AllocationsPerUser", "200"),
            ("Turn:AllocationsPerSource", "200"),
            ("Turn:Listen:0", $"tcp://{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{streamPort}"),
            ("Tls:CertificateFile", _certificate.CertificatePath),
            ("Tls:KeyFile", _certificate.KeyPath),
        ]);
}
