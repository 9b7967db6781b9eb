using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Relay.Core.Stun;
using Relay.Testing;
using Relay.Testing.Api;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>
/// 10,000 clients that have an allocation over TCP or TLS and say no more. The relay is a process of its own, so that its
/// memory is theirs, and neither end needs more than one descriptor for each.
/// </summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class IdleStreamsTests(ITestOutputHelper output)
{
    private const int Wanted = 10_000;
    private const int DescriptorsForOthers = 1000;
    private const int OpenedAtOnce = 32;
    private const int First = 200;

    // Nobody looks for the issuer in the system's stores: that costs a good part of a handshake.
    private static readonly SslClientAuthenticationOptions Tls = new()
    {
        TargetHost = "localhost",
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
    };

    [Theory]
    [InlineData(false, 24)]
    [InlineData(true, 80)]
    public async Task Ten_thousand_cost_little_and_nobody_notices_them(bool isTls, int kilobytesMax)
    {
        int descriptors = DescriptorsMax();
        int count = Math.Min(Wanted, descriptors - DescriptorsForOthers);
        if (count < Wanted)
        {
            output.WriteLine($"{count} instead of {Wanted}: a process may open only {descriptors} files here");
        }

        using var certificate = new SelfSignedCertificate();
        int port = FreePort.Take();
        await using RelayFixture relay = await StartAsync(port, certificate);
        using var neighbour = new Neighbour(await OpenAsync(port, isTls));
        await neighbour.AskAsync();
        // What the first ones cost once.
        var idle = new List<Socket>(await OpenManyAsync(port, isTls, First));
        long before = relay.ResidentBytes;
        using var enough = new CancellationTokenSource();
        Task<int> asking = neighbour.AskOnAsync(enough.Token);
        long started = Stopwatch.GetTimestamp();
        try
        {
            idle.AddRange(await OpenManyAsync(port, isTls, count - First));
            TimeSpan took = Stopwatch.GetElapsedTime(started);
            await enough.CancelAsync();
            int asked = await asking;
            MetricsSnapshot metrics = await ScrapeAsync(relay);
            Assert.Equal(count + 1, metrics.Sum("relay_streams"));
            Assert.Equal(0, metrics.Sum("relay_stream_ended_total"));
            long each = (relay.ResidentBytes - before) / (count - First);
            double buffers = metrics.Sum("relay_stream_buffer_bytes");
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{count} idle {(isTls ? "TLS" : "TCP")} connections with an allocation: {each / 1024.0:F1} KB of the relay's memory each, "
                + $"{buffers / 1024:F0} KB of buffers in all; opened in {took.TotalSeconds:F1} s, meanwhile {asked} answers to a neighbour, "
                + $"the slowest in {neighbour.Slowest.TotalMilliseconds:F0} ms"));
            Assert.InRange(each, 0, kilobytesMax * 1024);
            // Buffers are shared, not owned: as many as were in use at once.
            Assert.InRange(buffers, 1, OpenedAtOnce * 2 * 131_072);
            Assert.NotEqual(0, asked);
            await neighbour.AskAsync();
        }
        finally
        {
            await enough.CancelAsync();
            foreach (Socket socket in idle)
            {
                // Reset: nothing of it stays in the system.
                socket.Close(timeout: 0);
            }
        }

        for (int i = 0; (await ScrapeAsync(relay)).Sum("relay_streams") > 1; i++)
        {
            Assert.True(i < 600, "streams stay open");
            // Another process: its metrics are all that tells.
            await Task.Delay(100);
        }

        await neighbour.AskAsync();
    }

    private static Task<RelayFixture> StartAsync(int port, SelfSignedCertificate certificate) => RelayFixture.StartAsync(
        ("Media:Workers", "1"),
        ("Turn:Listen:0", string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{port}")),
        ("Turn:Users:0", $"{TcpTurnClient.User}:{TcpTurnClient.Password}"),
        ("Turn:StreamsPerWorker", "10010"),
        ("Turn:AllocationsPerWorker", "10010"),
        ("Turn:AllocationsPerUser", "10010"),
        ("Turn:AllocationsPerSource", "10010"),
        ("Turn:AnswersPerPrefixPerSecond", "1000000"),
        ("Turn:AnswersPerPrefixBurst", "1000000"),
        ("Tls:CertificateFile", certificate.CertificatePath),
        ("Tls:KeyFile", certificate.KeyPath));

    private static async Task<IEnumerable<Socket>> OpenManyAsync(int port, bool isTls, int count)
    {
        int left = count;
        var opened = new List<Socket>();
        await Task.WhenAll(Enumerable.Range(0, OpenedAtOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                (Socket socket, Stream stream) = await OpenAsync(port, isTls);
                // The connection stays; what this end keeps of TLS goes.
                await stream.DisposeAsync();
                lock (opened)
                {
                    opened.Add(socket);
                }
            }
        })));
        return opened;
    }

    private static async Task<(Socket Socket, Stream Stream)> OpenAsync(int port, bool isTls)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        Stream stream = new NetworkStream(socket, ownsSocket: false);
        if (isTls)
        {
            var ssl = new SslStream(stream, leaveInnerStreamOpen: true, (_, certificate, _, _) => certificate is not null);
            await ssl.AuthenticateAsClientAsync(Tls).WaitAsync(GateHost.Long);
            stream = ssl;
        }

        byte[] answer = await new TcpTurnClient(stream).AskAsync(
            StunMethod.Allocate, (ref writer) => writer.AddAttribute(StunAttributeType.RequestedTransport, [17, 0, 0, 0]));
        Assert.Equal(0, TcpTurnClient.ErrorOf(answer));
        return (socket, stream);
    }

    private static async Task<MetricsSnapshot> ScrapeAsync(RelayFixture relay)
    {
        using RelayApiClient api = relay.CreateClient();
        return await api.ScrapeAsync();
    }

    /// <summary>For this process and for the relay: the runtime raises the soft limit to the hard one when it starts.</summary>
    private static int DescriptorsMax()
    {
        string line = File.ReadLines("/proc/self/limits")
            .First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        string soft = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out int descriptors) ? descriptors : int.MaxValue;
    }

    /// <summary>A client with an allocation that asks and is answered all the time.</summary>
    private sealed class Neighbour((Socket Socket, Stream Stream) opened) : IDisposable
    {
        private readonly TcpTurnClient _client = new(opened.Stream);

        /// <summary>The longest wait for an answer.</summary>
        public TimeSpan Slowest { get; private set; }

        public async Task AskAsync()
        {
            long asked = Stopwatch.GetTimestamp();
            Assert.Equal(0, TcpTurnClient.ErrorOf(await _client.AskAsync(StunMethod.Binding, (ref _) => { })));
            TimeSpan took = Stopwatch.GetElapsedTime(asked);
            Slowest = took > Slowest ? took : Slowest;
        }

        /// <summary>Until it is enough; returns the number of answers.</summary>
        public async Task<int> AskOnAsync(CancellationToken enough)
        {
            int answers = 0;
            while (!enough.IsCancellationRequested)
            {
                await AskAsync();
                answers++;
                await Task.Delay(10, CancellationToken.None);
            }

            return answers;
        }

        public void Dispose()
        {
            opened.Stream.Dispose();
            opened.Socket.Dispose();
        }
    }
}
