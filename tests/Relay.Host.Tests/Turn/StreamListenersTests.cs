using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Core.Stun;
using Relay.Testing;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>The relay as a process with one port for everything.</summary>
public sealed class StreamListenersTests
{
    [Fact]
    public async Task One_port_serves_the_web_in_clear_and_over_TLS_and_STUN()
    {
        using var files = new CertificateFiles();
        files.Write("localhost", DateTimeOffset.UtcNow.AddDays(3));
        int port = FreePort.Take();
        await using RelayFixture relay = await RelayFixture.StartAsync(
            ("Turn:Listen:0", string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{port}")),
            ("Tls:CertificateFile", files.CertificatePath),
            ("Tls:KeyFile", files.KeyPath));

        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        using var http = new HttpClient(handler);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"https://127.0.0.1:{port}/healthz"))).StatusCode);
        using var stun = new TcpClient();
        await stun.ConnectAsync(IPAddress.Loopback, port);
        await stun.GetStream().WriteAsync(StunMessages.Binding());
        byte[] answer = new byte[StunMessageReader.HeaderBytes];
        await stun.GetStream().ReadExactlyAsync(answer).AsTask().WaitAsync(GateHost.Long);
        Assert.Equal([1, 1], answer[..2]);
    }

    [Fact]
    public async Task A_port_in_use_is_a_problem_that_names_the_key()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using RelayFixture relay = RelayFixture.Launch(("Turn:Listen:0", $"tcp://127.0.0.1:{port}"));
        await relay.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(2, relay.ExitCode);
        Assert.Contains("Turn:Listen", relay.Output, StringComparison.Ordinal);
        Assert.Contains("in use", relay.Output, StringComparison.Ordinal);
    }
}
