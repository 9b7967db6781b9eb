using System.Net.Sockets;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class PeerSocketPairTests
{
    [Fact]
    public async Task Each_is_the_others_peer()
    {
        (Socket a, Socket b) = await PeerSocketPair.CreateAsync();
        using (a)
        using (b)
        {
            Assert.Equal((a.LocalEndPoint, a.RemoteEndPoint), (b.RemoteEndPoint, b.LocalEndPoint));
            Assert.Equal(3, await a.SendAsync(new byte[] { 1, 2, 3 }));
            byte[] got = new byte[4];
            Assert.Equal(3, await b.ReceiveAsync(got));
            b.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await a.ReceiveAsync(got));
        }
    }
}
