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

    [Fact]
    public async Task Closed_before_it_has_a_socket_it_closes_the_one_that_it_gets()
    {
        PeerLink link = Create();
        link.Dispose();
        (Socket a, Socket b) = await PeerSocketPair.CreateAsync();
        using (b)
        {
            link.Attach(a);
            Assert.Equal(0, await b.ReceiveAsync(new byte[1]));
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

    private PeerLink Create() => new(_sockets, new ByteRate(0, default), new IPEndPoint(IPAddress.Loopback, 1), null);
}
