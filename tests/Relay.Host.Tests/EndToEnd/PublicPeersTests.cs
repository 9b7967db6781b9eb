using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Host.Tests.Turn;
using Relay.Testing;
using Xunit;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>
/// UDP allocations of a whole relay and real peers, with one relay port that all allocations share. The clients come over TCP,
/// so that nothing of theirs is lost.
/// </summary>
public sealed class PublicPeersTests : IAsyncLifetime
{
    private readonly int _port = FreePort.Take();
    private RelayFixture _relay = null!;

    public async ValueTask InitializeAsync() => _relay = await RelayFixture.StartAsync(
        ("Media:BindAddress", "127.0.0.1"),
        ("Turn:Peers", "public"),
        ("Turn:OwnPortsPerWorker", "0"),
        ("Turn:SharedPortsPerWorker", "1"),
        // Not where the system takes the peers' ports from: here they have the relay's address.
        ("Turn:RelayPortMin", "61002"),
        ("Turn:AllowedPeers:0", "127.0.0.0/8"),
        ("Turn:Users:0", $"{TcpTurnClient.User}:{TcpTurnClient.Password}"),
        ("Turn:Listen:0", string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{_port}")));

    public ValueTask DisposeAsync() => _relay.DisposeAsync();

    [Fact]
    public async Task Allocations_of_one_port_hear_each_of_its_own_peer()
    {
        using UdpClient one = Peer("127.0.0.2");
        using UdpClient other = Peer("127.0.0.3");
        using TcpTurnClient first = await TcpTurnClient.ConnectAsync(_port);
        using TcpTurnClient second = await TcpTurnClient.ConnectAsync(_port);
        IPEndPoint relayed = await AllocateAsync(first);
        Assert.Equal(relayed, await AllocateAsync(second));

        await first.PermitAsync(EndPointOf(one));
        await second.PermitAsync(EndPointOf(other));
        byte[] refused = await second.AskAsync(
            StunMethod.CreatePermission,
            (ref w) => w.AddXorAddress(StunAttributeType.XorPeerAddress, TransportAddress.FromEndPoint(EndPointOf(one))));
        Parse(refused).TryGetErrorCode(out int error);
        Assert.Equal(StunErrorCode.InsufficientCapacity, error);

        foreach ((TcpTurnClient client, UdpClient peer, byte mark) in
            ((TcpTurnClient, UdpClient, byte)[])[(first, one, 1), (second, other, 2)])
        {
            await client.SendAsync(Send(EndPointOf(peer), [mark, mark]));
            UdpReceiveResult got = await peer.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal([mark, mark], got.Buffer);
            Assert.Equal(relayed, got.RemoteEndPoint);
            await peer.SendAsync(new byte[] { 7, mark }, relayed);
            byte[] data = await ReadAsync(client);
            Assert.True(Parse(data).TryGetAttribute(StunAttributeType.Data, out ReadOnlySpan<byte> payload));
            Assert.Equal([7, mark], payload.ToArray());
        }
    }

    [Fact]
    public async Task A_client_hears_that_nobody_listens_where_it_sends()
    {
        IPEndPoint closed;
        using (UdpClient gone = Peer("127.0.0.4"))
        {
            closed = EndPointOf(gone);
        }

        using TcpTurnClient client = await TcpTurnClient.ConnectAsync(_port);
        await AllocateAsync(client);
        await client.PermitAsync(closed);
        await client.SendAsync(Send(closed, [1]));
        byte[] data = await ReadAsync(client);
        Assert.True(Parse(data).TryGetAttribute(StunAttributeType.Icmp, out ReadOnlySpan<byte> icmp));
        Assert.Equal([0, 0, 3, 3, 0, 0, 0, 0], icmp.ToArray());
        Assert.True(Parse(data).TryGetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer));
        Assert.Equal(closed, peer.ToEndPoint());
    }

    private static UdpClient Peer(string address) => new(new IPEndPoint(IPAddress.Parse(address), 0));

    private static IPEndPoint EndPointOf(UdpClient peer) => (IPEndPoint)peer.Client.LocalEndPoint!;

    private static async Task<IPEndPoint> AllocateAsync(TcpTurnClient client)
    {
        byte[] answer = await client.AskAsync(
            StunMethod.Allocate, (ref w) => w.AddAttribute(StunAttributeType.RequestedTransport, [17, 0, 0, 0]));
        Assert.True(Parse(answer).TryGetXorAddress(StunAttributeType.XorRelayedAddress, out TransportAddress relayed));
        return relayed.ToEndPoint();
    }

    private static byte[] Send(IPEndPoint peer, byte[] payload)
    {
        byte[] buffer = new byte[256];
        var writer = new StunMessageWriter(buffer);
        writer.WriteHeader(StunClass.Indication, StunMethod.Send, new byte[StunMessageReader.TransactionIdBytes]);
        writer.AddXorAddress(StunAttributeType.XorPeerAddress, TransportAddress.FromEndPoint(peer));
        writer.AddAttribute(StunAttributeType.Data, payload);
        return buffer[..writer.Length];
    }

    private static async Task<byte[]> ReadAsync(TcpTurnClient client)
    {
        byte[] header = await client.ReadAsync(StunMessageReader.HeaderBytes);
        return [.. header, .. await client.ReadAsync(BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)))];
    }

    private static StunMessageReader Parse(byte[] message)
    {
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(message, out StunMessageReader reader));
        return reader;
    }
}
