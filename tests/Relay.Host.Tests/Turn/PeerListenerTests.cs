using System.Net;
using System.Net.Sockets;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class PeerListenerTests : IDisposable
{
    private readonly SemaphoreSlim _news = new(0);
    private readonly PeerSockets _sockets;

    public PeerListenerTests() => _sockets = new PeerSockets(
        IPAddress.Loopback, new StreamTable(new StreamTableOptions(), () => { }), 0, 0, () => _news.Release());

    public void Dispose()
    {
        _sockets.Dispose();
        _news.Dispose();
    }

    [Fact]
    public async Task Connections_leave_from_its_port_and_no_other_listener_gets_it()
    {
        using PeerListener listener = Open(0)!;
        Assert.Null(Open(listener.Local.Port));
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        foreach (TcpListener peer in (TcpListener[])[first, second])
        {
            peer.Start();
            using Socket socket = listener.CreateSocket();
            await socket.ConnectAsync(peer.LocalEndpoint);
            using Socket accepted = await peer.AcceptSocketAsync();
            Assert.Equal(listener.Local, accepted.RemoteEndPoint);
            Assert.Null(Open(listener.Local.Port));
        }
    }

    [Fact]
    public async Task One_connection_at_a_time_is_judged_and_the_end_frees_the_port()
    {
        PeerListener listener = Open(0)!;
        Task accepting = listener.AcceptAsync();
        using var a = new TcpClient();
        using var b = new TcpClient();
        await a.ConnectAsync(listener.Local);
        await b.ConnectAsync(listener.Local);
        Assert.True(await _news.WaitAsync(GateHost.Long));
        Assert.Equal(0, _news.CurrentCount);
        listener.HandleJudged();
        Assert.True(await _news.WaitAsync(GateHost.Long));
        listener.Dispose();
        await accepting.WaitAsync(GateHost.Long);
        using PeerListener? again = Open(listener.Local.Port);
        Assert.NotNull(again);
    }

    private PeerListener? Open(int port) =>
        PeerListener.TryOpen(_sockets, new IPEndPoint(IPAddress.Loopback, port), 1, new ByteRate(0, default));
}
