using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Load.Servers;

/// <summary>
/// A relay that serves TURN to public peers on 127.0.0.1 and one on ::1, over UDP, TCP and TLS, and coturn's echo peer behind
/// them. Loopback peers and the old range of channels, which coturn's clients want, are allowed.
/// </summary>
internal sealed class PublicTurnRelays : IAsyncDisposable
{
    public const string Secret = "a-secret-of-some-length";

    private readonly string _folder = Directory.CreateTempSubdirectory("relay-turn-").FullName;
    private readonly List<IAsyncDisposable> _processes = [];

    public int Port { get; } = FreePort.Take();

    public int PortIPv6 { get; } = FreePort.Take();

    /// <summary>TCP and TLS.</summary>
    public int StreamPort { get; } = FreePort.Take();

    public int PeerPort { get; } = FreePort.Take();

    public static async Task<PublicTurnRelays> StartAsync()
    {
        var relays = new PublicTurnRelays();
        relays.WriteCertificate();
        relays._processes.Add(await relays.StartRelayAsync("127.0.0.1", relays.Port, relays.StreamPort));
        relays._processes.Add(await relays.StartRelayAsync("[::1]", relays.PortIPv6, FreePort.Take()));
        string peerPort = relays.PeerPort.ToString(CultureInfo.InvariantCulture);
        relays._processes.Add(ServerProcess.Start(null, isAlone: false, ["turnutils_peer", "-L", "127.0.0.1", "-L", "::1", "-p", peerPort]));
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

    private Task<RelayServer> StartRelayAsync(string host, int port, int streamPort) => RelayServer.StartAsync(
        cpus: null,
        isAlone: false,
        hasAdmin: false,
        $"--Media:BindAddress={host.Trim('[', ']')}",
        string.Create(CultureInfo.InvariantCulture, $"--Media:Port={port}"),
        "--Turn:Peers=public",
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
