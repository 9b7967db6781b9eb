using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Relay.Testing.Coturn;

/// <summary>
/// A relay that is a general TURN server on 127.0.0.1 and one on ::1, over UDP, TCP and TLS, and coturn's echo peer behind
/// them. Loopback peers and the old range of channels, which coturn's clients want, are allowed by name.
/// </summary>
public sealed class PublicTurnRelays : IAsyncDisposable
{
    public const string User = "test";
    public const string Password = "test-password";
    public const string Secret = "a-secret-of-some-length";

    private const int PeerTries = 50;

    private static readonly TimeSpan PeerInterval = TimeSpan.FromMilliseconds(100);

    private readonly SelfSignedCertificate _certificate = new();
    private readonly List<RelayFixture> _relays = [];
    private Process? _peer;

    private PublicTurnRelays()
    {
    }

    public int Port { get; } = FreePort.Take();

    public int PortIPv6 { get; } = FreePort.Take();

    /// <summary>TCP with TLS and without on one port, of the relay on IPv4.</summary>
    public int StreamPort { get; } = FreePort.Take();

    public int PeerPort { get; } = FreePort.Take();

    /// <summary>RFC 5780's first port, on 127.0.0.1 and 127.0.0.2, of the relay on IPv4.</summary>
    public int DiscoveryPort { get; } = FreePort.Take();

    /// <summary>Everything that both relays have printed.</summary>
    public string Output => string.Join('\n', _relays.Select(relay => relay.Output));

    public static async Task<PublicTurnRelays> StartAsync()
    {
        var relays = new PublicTurnRelays();
        try
        {
            string discovery = string.Create(
                CultureInfo.InvariantCulture, $"127.0.0.1:{relays.DiscoveryPort},127.0.0.2:{FreePort.Take()}");
            await relays.StartRelayAsync("127.0.0.1", relays.Port, relays.StreamPort, ("Turn:Discovery", discovery));
            await relays.StartRelayAsync("[::1]", relays.PortIPv6, FreePort.Take());
            await relays.StartPeerAsync();
            return relays;
        }
        catch
        {
            await relays.DisposeAsync();
            throw;
        }
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

    private async Task StartPeerAsync()
    {
        _peer = CoturnClient.Start(
            "turnutils_peer", string.Create(CultureInfo.InvariantCulture, $"-L 127.0.0.1 -L ::1 -p {PeerPort}"));
        // What it prints must not fill the pipe.
        _peer.OutputDataReceived += (_, _) => { };
        _peer.ErrorDataReceived += (_, _) => { };
        _peer.BeginOutputReadLine();
        _peer.BeginErrorReadLine();

        // It does not say when it is ready, but echoes from then on.
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Task<UdpReceiveResult> echo = client.ReceiveAsync();
        for (int i = 0; i < PeerTries && !echo.IsCompletedSuccessfully; i++)
        {
            await client.SendAsync(new byte[1], new IPEndPoint(IPAddress.Loopback, PeerPort));
            await Task.WhenAny(echo, Task.Delay(PeerInterval));
            if (echo.IsFaulted)
            {
                // Nobody listens yet.
                echo = client.ReceiveAsync();
            }
        }

        if (!echo.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("turnutils_peer does not echo.");
        }
    }

    private async Task StartRelayAsync(string host, int port, int streamPort, params (string Key, string Value)[] more) =>
        _relays.Add(await RelayFixture.StartAsync([
            .. more,
            ("Media:BindAddress", host.Trim('[', ']')),
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
            ("Turn:Listen:0", string.Create(CultureInfo.InvariantCulture, $"tcp://{host}:{streamPort}")),
            ("Tls:CertificateFile", _certificate.CertificatePath),
            ("Tls:KeyFile", _certificate.KeyPath),
        ]));
}
