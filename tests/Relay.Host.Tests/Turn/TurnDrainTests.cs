using System.Globalization;
using Relay.Core.Stun;
using Relay.Testing;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>SIGTERM to a whole relay that is a general TURN server, with clients on UDP, TCP and TLS.</summary>
public sealed class TurnDrainTests
{
    [Fact]
    public async Task Clients_hear_when_their_allocations_end_and_then_that_they_have()
    {
        using var files = new CertificateFiles();
        files.Write("localhost", DateTimeOffset.UtcNow.AddDays(30));
        (int udpPort, int tcpPort) = (FreePort.Take(), FreePort.Take());
        await using RelayFixture relay = await RelayFixture.StartAsync(
            ("Media:BindAddress", "127.0.0.1"),
            ("Media:Port", udpPort.ToString(CultureInfo.InvariantCulture)),
            ("Turn:Peers", "public"),
            ("Turn:RelayPortMin", "61001"),
            ("Turn:Users:0", $"{TcpTurnClient.User}:{TcpTurnClient.Password}"),
            ("Turn:AlternateServers:0", "192.0.2.1:3478"),
            ("Turn:Listen:0", string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{tcpPort}")),
            ("Tls:CertificateFile", files.CertificatePath),
            ("Tls:KeyFile", files.KeyPath),
            ("Drain:Seconds", "6"));
        using TcpTurnClient udp = TcpTurnClient.ConnectUdp(udpPort);
        using TcpTurnClient tcp = await TcpTurnClient.ConnectAsync(tcpPort);
        using TcpTurnClient tls = await TcpTurnClient.ConnectAsync(tcpPort, tls: true);
        foreach (TcpTurnClient client in new[] { udp, tcp, tls })
        {
            Assert.Equal(0, await client.AllocateUdpAsync());
            Assert.Equal((600u, 0), await client.RefreshAsync());
        }

        await relay.SignalTerminateAsync();
        (uint lifetime, int error) = await udp.RefreshAsync();
        while (lifetime == 600)
        {
            await Task.Delay(20);
            (lifetime, error) = await udp.RefreshAsync();
        }

        Assert.Equal(0, error);
        Assert.InRange(lifetime, 1u, 4u);
        using TcpTurnClient late = TcpTurnClient.ConnectUdp(udpPort);
        Assert.Equal(StunErrorCode.TryAlternate, await late.AllocateUdpAsync());
        Assert.False(relay.HasExited);

        while (error == 0)
        {
            await Task.Delay(50);
            (_, error) = await udp.RefreshAsync();
        }

        Assert.Equal(StunErrorCode.AllocationMismatch, error);
        Assert.True(await tcp.IsClosedAsync());
        Assert.True(await tls.IsClosedAsync());
        await relay.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, relay.ExitCode);
    }

    [Fact]
    public async Task Without_allocations_it_does_not_wait()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync(
            ("Media:BindAddress", "127.0.0.1"),
            ("Turn:Peers", "public"),
            ("Turn:Users:0", $"{TcpTurnClient.User}:{TcpTurnClient.Password}"),
            ("Drain:Seconds", "3600"));
        await relay.SignalTerminateAsync();
        await relay.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, relay.ExitCode);
    }
}
