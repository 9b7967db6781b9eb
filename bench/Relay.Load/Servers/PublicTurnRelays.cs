using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Relay.Load.CommandLine;

namespace Relay.Load.Servers;

/// <summary>
/// A relay that serves TURN to public peers on 127.0.0.1 and one on ::1, over UDP, TCP and TLS, and coturn's echo peer behind
/// them. Loopback peers and the old range of channels, which coturn's clients want, are allowed.
/// </summary>
internal sealed class PublicTurnRelays : IAsyncDisposable
{
    public const string Secret = "a-secret-of-some-length";

    private const int PeerTries = 50;

    private static readonly TimeSpan PeerInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _folder = Directory.CreateTempSubdirectory("relay-turn-").FullName;
    private readonly List<IAsyncDisposable> _processes = [];

    private readonly int[] _ports = FreePort.Take(5);

    public int Port => _ports[0];

    public int PortIPv6 => _ports[1];

    /// <summary>TCP and TLS.</summary>
    public int StreamPort => _ports[2];

    public int PeerPort => _ports[3];

    public static async Task<PublicTurnRelays> StartAsync()
    {
        var relays = new PublicTurnRelays();
        relays.WriteCertificate();
        relays._processes.Add(await relays.StartRelayAsync("127.0.0.1", relays.Port, relays.StreamPort));
        relays._processes.Add(await relays.StartRelayAsync("[::1]", relays.PortIPv6, relays._ports[4]));
        string peerPort = relays.PeerPort.ToString(CultureInfo.InvariantCulture);
        relays._processes.Add(ServerProcess.Start(null, isAlone: false, ["turnutils_peer", "-L", "127.0.0.1", "-L", "::1", "-p", peerPort]));
        await relays.WaitForPeerAsync();
        return relays;
    }

    /// <summary>False if this relay serves no TCP.</summary>
    public async Task<bool> ServesStreamsAsync()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, StreamPort);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable process in _processes)
        {
            await process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    // It prints nothing when it is ready, but echoes from then on.
    private async Task WaitForPeerAsync()
    {
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Task<UdpReceiveResult> echo = client.ReceiveAsync();
        for (int i = 0; i < PeerTries && !echo.IsCompleted; i++)
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
            throw new UsageException("turnutils_peer does not echo.");
        }
    }

    private Task<RelayServer> StartRelayAsync(string host, int port, int streamPort) => RelayServer.StartAsync(
        cpus: null,
        isAlone: false,
        hasAdmin: false,
        $"--Media:BindAddress={host.Trim('[', ']')}",
        string.Create(CultureInfo.InvariantCulture, $"--Media:Port={port}"),
        "--Turn:Peers=public",
        // Above the ports that the system gives out: one of those, the echo peer's, must not look like an allocation's.
        "--Turn:RelayPortMin=61000",
        "--Turn:AllowedPeers:0=127.0.0.0/8",
        "--Turn:AllowedPeers:1=::1/128",
        "--Turn:AllowWideChannels=true",
        "--Turn:Mobility=true",
        $"--Turn:Users:0={TurnUserAccount.Name}:{TurnUserAccount.Password}",
        $"--Turn:Secrets:0={Secret}",
        "--Turn:AllocationsPerUser=200",
        string.Create(CultureInfo.InvariantCulture, $"--Turn:Listen:0=tcp://{host}:{streamPort}"),
        $"--Tls:CertificateFile={CertificatePath}",
        $"--Tls:KeyFile={KeyPath}");

    private string CertificatePath => Path.Combine(_folder, "certificate.pem");

    private string KeyPath => Path.Combine(_folder, "key.pem");

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
    }
}
