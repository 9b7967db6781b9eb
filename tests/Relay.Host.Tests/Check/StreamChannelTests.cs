using System.Net;
using System.Net.Sockets;
using System.Text;
using Relay.Host.Check;
using Relay.Host.Tests.Turn;
using Xunit;

namespace Relay.Host.Tests.Check;

public sealed class StreamChannelTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task An_answer_may_come_in_pieces()
    {
        using var server = new Server(async (stream, request) =>
        {
            byte[] answer = StunServerStub.Mapped(request, default);
            await stream.WriteAsync(answer.AsMemory(0, 3));
            await stream.FlushAsync();
            await stream.WriteAsync(answer.AsMemory(3));
            await Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
        });
        using StreamChannel channel = await StreamChannel.OpenAsync(server.EndPoint, null, Long);
        byte[] request = StunMessages.Binding();
        byte[] answer = await channel.AskAsync(request);
        Assert.True(StunConversation.IsAnswer(request, answer));
        Assert.Equal(IPAddress.Loopback, channel.Local.Address);
    }

    [Fact]
    public async Task Nobody_and_silence_and_strangers_are_told_apart()
    {
        using var web = new Server((stream, _) => stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n")).AsTask());
        Assert.Contains("does not speak STUN", await ComplaintAsync(web.EndPoint, null, Long), StringComparison.Ordinal);
        using var closing = new Server((_, _) => Task.CompletedTask);
        Assert.Contains("is closed", await ComplaintAsync(closing.EndPoint, null, Long), StringComparison.Ordinal);
        using var silent = new Server((_, _) => Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken));
        Assert.Contains("no answer to STUN", await ComplaintAsync(silent.EndPoint, null, Short), StringComparison.Ordinal);
        Assert.Contains("no answer to the TLS", await ComplaintAsync(silent.EndPoint, "localhost", Short), StringComparison.Ordinal);
        Assert.Contains("TLS handshake fails", await ComplaintAsync(web.EndPoint, "localhost", Long), StringComparison.Ordinal);
        IPEndPoint gone;
        using (var ended = new Server((_, _) => Task.CompletedTask))
        {
            gone = ended.EndPoint;
        }

        Assert.Contains("refused", await ComplaintAsync(gone, null, Long), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("first.example", "authority")]
    [InlineData("other.example", "is for first.example, not for other.example")]
    public async Task A_certificate_that_clients_would_not_believe_is_a_failure(string name, string said)
    {
        await using GateHost host = await GateHost.StartAsync();
        Assert.Contains(said, await ComplaintAsync(host.EndPoint, name, Long), StringComparison.Ordinal);
    }

    private static async Task<string> ComplaintAsync(IPEndPoint remote, string? tlsName, TimeSpan limit) =>
        (await Assert.ThrowsAsync<ProbeException>(async () =>
        {
            using StreamChannel channel = await StreamChannel.OpenAsync(remote, tlsName, limit);
            await channel.AskAsync(StunMessages.Binding());
        })).Message;

    /// <summary>Reads something from each connection, does what the test says and closes it.</summary>
    private sealed class Server : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public Server(Func<NetworkStream, byte[], Task> serve)
        {
            _listener.Start();
            _ = ServeAsync(serve);
        }

        public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(Func<NetworkStream, byte[], Task> serve)
        {
            try
            {
                while (true)
                {
                    _ = ServeAsync(await _listener.AcceptTcpClientAsync(), serve);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private static async Task ServeAsync(TcpClient client, Func<NetworkStream, byte[], Task> serve)
        {
            using (client)
            {
                byte[] buffer = new byte[2048];
                int length = await client.GetStream().ReadAsync(buffer);
                await serve(client.GetStream(), buffer[..length]);
            }
        }
    }
}
