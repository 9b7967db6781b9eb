using System.Net;
using System.Net.Sockets;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class PeerLinkTests : IDisposable
{
    private readonly PeerSockets _sockets = new(
        IPAddress.Loopback, new StreamTable(new StreamTableOptions(), () => { }), 0, 0, () => { });

    public void Dispose() => _sockets.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Closed_before_it_has_a_socket_it_closes_the_one_that_it_gets(bool soon)
    {
        PeerLink link = Create();
        Close(link, soon);
        (Socket a, Socket b) = await PeerSocketPair.CreateAsync();
        using (b)
        {
            link.Attach(a);
            Assert.Equal(0, await b.ReceiveAsync(new byte[1]));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Closed_it_ends_both_sides(bool soon)
    {
        PeerLink link = Create();
        (Socket a, Socket b) = await PeerSocketPair.CreateAsync();
        using (b)
        {
            link.Attach(a);
            await using Stream stream = link.OpenStream();
            Task<int> reading = stream.ReadAsync(new byte[1]).AsTask();
            Close(link, soon);
            Assert.True(link.IsClosed);
            Exception? end = await Record.ExceptionAsync(() => reading.WaitAsync(GateHost.Long));
            Assert.True(end is not null && StreamErrors.IsNetwork(end));
            Assert.True(await TcpTurnClient.IsClosedAsync(new NetworkStream(b)));
        }
    }

    [Fact]
    public async Task Its_end_of_sending_is_behind_all_bytes()
    {
        using PeerLink link = Create();
        (Socket a, Socket b) = await PeerSocketPair.CreateAsync();
        using (b)
        {
            link.Attach(a);
            await using Stream stream = link.OpenStream();
            await stream.WriteAsync(new byte[] { 7 });
            link.EndSending();
            byte[] got = new byte[2];
            Assert.Equal(1, await b.ReceiveAsync(got));
            Assert.Equal(0, await b.ReceiveAsync(got));
            await b.SendAsync(new byte[] { 8 });
            Assert.Equal(1, await stream.ReadAsync(got));
        }

        await link.EndAsync();
        link.EndSending();
        Assert.True(link.IsClosed);
    }

    [Fact]
    public async Task Bound_to_a_stream_that_ends_first_it_is_closed_and_the_worker_told()
    {
        int wakes = 0;
        var client = new IPEndPoint(IPAddress.Parse("192.0.2.7"), 4711);
        var table = new StreamTable(new StreamTableOptions(), () => { });
        using var sockets = new PeerSockets(IPAddress.Loopback, table, 0, 0, () => wakes++);
        (Socket near, Socket far) = await PeerSocketPair.CreateAsync();
        using (far)
        {
            var peer = new PeerLink(sockets, new ByteRate(0, default), client, near);
            StreamLink link = table.TryOpen(StreamKind.Turn, client)!;
            Assert.True(table.TryBind(link.Address, peer));
            link.End();
            Assert.True(table.TryReceive(out StreamMessage message));
            Assert.Equal(StreamMessageKind.Closed, message.Kind);
            Assert.True(peer.IsClosed);
            Assert.Equal(1, wakes);
        }
    }

    private static void Close(PeerLink link, bool soon)
    {
        if (soon)
        {
            link.DisposeSoon();
        }
        else
        {
            link.Dispose();
        }
    }

    private PeerLink Create() => new(_sockets, new ByteRate(0, default), new IPEndPoint(IPAddress.Loopback, 1), null);
}
