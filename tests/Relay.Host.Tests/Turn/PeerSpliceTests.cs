using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class PeerSpliceTests : IDisposable
{
    private readonly Pipe _fromClient = new();
    private readonly Pipe _toClient = new();

    private readonly PeerSockets _sockets = new(
        IPAddress.Loopback, new StreamTable(new StreamTableOptions(), () => { }), 0, 0, () => { });

    public void Dispose() => _sockets.Dispose();

    [Fact]
    public async Task Bytes_pass_and_the_peers_end_is_the_clients()
    {
        (PeerLink link, Socket peer) = await LinkAsync();
        Task<StreamOutcome> splice = Run(link);
        await _fromClient.Writer.WriteAsync(new byte[] { 1, 2 });
        byte[] got = new byte[4];
        Assert.Equal(2, await peer.ReceiveAsync(got));
        await peer.SendAsync(new byte[] { 3, 4, 5 });
        peer.Close();
        Assert.Equal(StreamOutcome.Done, await splice.WaitAsync(GateHost.Long));
        Assert.Equal(3, (await _toClient.Reader.ReadAsync()).Buffer.Length);
        Assert.True(link.IsClosed);
        Assert.Equal((2, 3), (_sockets.BytesFromClients, _sockets.BytesToClients));
    }

    [Fact]
    public async Task A_peer_that_does_not_end_after_its_client_is_not_waited_for_long()
    {
        (PeerLink link, Socket peer) = await LinkAsync();
        using (peer)
        {
            Task<StreamOutcome> splice = Run(link, stall: TimeSpan.FromMilliseconds(50));
            await _fromClient.Writer.CompleteAsync();
            Assert.Equal(0, await peer.ReceiveAsync(new byte[1]));
            Assert.Equal(StreamOutcome.Done, await splice.WaitAsync(GateHost.Long));
        }
    }

    [Fact]
    public async Task An_answer_that_goes_on_is_carried_to_its_end()
    {
        var stall = TimeSpan.FromSeconds(2);
        (PeerLink link, Socket peer) = await LinkAsync();
        using (peer)
        {
            Task<StreamOutcome> splice = Run(link, stall);
            await _fromClient.Writer.CompleteAsync();
            Assert.Equal(0, await peer.ReceiveAsync(new byte[1]));
            int sent = 0;
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < 1.5 * stall; sent++)
            {
                await peer.SendAsync(new byte[1]);
                await Task.Delay(20);
            }

            peer.Close();
            Assert.Equal(StreamOutcome.Done, await splice.WaitAsync(GateHost.Long));
            Assert.Equal(sent, (await _toClient.Reader.ReadAtLeastAsync(sent)).Buffer.Length);
        }
    }

    [Fact]
    public async Task Closed_by_the_worker_it_ends_at_once()
    {
        (PeerLink link, Socket peer) = await LinkAsync();
        using (peer)
        {
            Task<StreamOutcome> splice = Run(link);
            link.Dispose();
            Assert.Equal(StreamOutcome.Lost, await splice.WaitAsync(GateHost.Long));
        }

        Assert.Equal(StreamOutcome.Lost, await Run(link).WaitAsync(GateHost.Long));
    }

    private async Task<(PeerLink Link, Socket Peer)> LinkAsync()
    {
        (Socket a, Socket b) = await PeerSocketPair.CreateAsync();
        return (new PeerLink(_sockets, new ByteRate(0, default), (IPEndPoint)a.RemoteEndPoint!, a), b);
    }

    private Task<StreamOutcome> Run(PeerLink link, TimeSpan? stall = null) => new PeerSplice(
        new Both(_fromClient.Reader, _toClient.Writer),
        link,
        new StreamWatch(() => { }),
        new StreamGateOptions { StallTimeout = stall ?? GateHost.Long }).RunAsync();

    private sealed record Both(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
