using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Core.Stun;
using Relay.Testing;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>TCP allocations (RFC 6062) of a whole relay, with real peers on loopback.</summary>
public sealed class PeerSocketsTests : IAsyncLifetime
{
    // More than all buffers between two ends can hold.
    private const int Much = 32 << 20;

    private readonly CertificateFiles _files = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private RelayFixture _relay = null!;
    private int _port;

    private IPEndPoint Peer => (IPEndPoint)_listener.LocalEndPoint!;

    public async ValueTask InitializeAsync()
    {
        _files.Write("localhost", DateTimeOffset.UtcNow.AddDays(30));
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(16);
        _port = FreePort.Take();
        _relay = await RelayFixture.StartAsync(
            ("Media:BindAddress", "127.0.0.1"),
            ("Media:Workers", "2"),
            ("Turn:Peers", "public"),
            ("Turn:TcpAllocations", "true"),
            ("Turn:TcpConnectionsPerAllocation", "2"),
            ("Turn:BytesPerSecondPerAllocation", "0"),
            // Not where the system takes the peers' ports from: here they have the relay's address.
            ("Turn:RelayPortMin", "61001"),
            ("Turn:AllowedPeers:0", "127.0.0.0/8"),
            ("Turn:Users:0", $"{TcpTurnClient.User}:{TcpTurnClient.Password}"),
            ("Turn:Listen:0", string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{_port}")),
            ("Tls:CertificateFile", _files.CertificatePath),
            ("Tls:KeyFile", _files.KeyPath));
    }

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        _listener.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_connects_to_a_peer_and_bytes_go_both_ways_however_many(bool tls)
    {
        using TcpTurnClient control = await TcpTurnClient.AllocateAsync(_port, tls);
        (uint id, int error) = await control.ConnectToAsync(Peer);
        Assert.Equal(0, error);
        using Socket accepted = await _listener.AcceptAsync();
        // The peer sees the relayed address, and may speak before the client has bound.
        Assert.Equal(control.Relayed, accepted.RemoteEndPoint);
        await using var peer = new NetworkStream(accepted);
        await peer.WriteAsync("early"u8.ToArray());
        using TcpTurnClient data = await TcpTurnClient.BindAsync(_port, id, tls);
        Assert.Equal("early"u8.ToArray(), await data.ReadAsync(5));

        byte[] up = RandomBytes(1, Much);
        byte[] down = RandomBytes(2, Much);
        byte[] got = new byte[Much];
        Task<byte[]> reading = data.ReadAsync(Much);
        await Task.WhenAll(data.SendAsync(up), peer.WriteAsync(down).AsTask(), peer.ReadExactlyAsync(got).AsTask(), reading);
        Assert.True(up.SequenceEqual(got));
        byte[] read = await reading;
        Assert.True(down.SequenceEqual(read));
    }

    [Fact]
    public async Task A_slow_reader_holds_its_sender_up_and_loses_nothing()
    {
        using TcpTurnClient control = await TcpTurnClient.AllocateAsync(_port);
        (uint id, _) = await control.ConnectToAsync(Peer);
        using Socket accepted = await _listener.AcceptAsync();
        await using var peer = new NetworkStream(accepted);
        using TcpTurnClient data = await TcpTurnClient.BindAsync(_port, id);
        byte[] sent = RandomBytes(3, Much);
        Task sending = data.SendAsync(sent);
        Task answering = peer.WriteAsync(sent).AsTask();
        // Nobody reads: neither sender can be done, and the control connection is served meanwhile.
        await control.PermitAsync(Peer);
        Assert.False(sending.IsCompleted);
        Assert.False(answering.IsCompleted);
        byte[] got = new byte[Much];
        await peer.ReadExactlyAsync(got);
        Assert.True(sent.SequenceEqual(got));
        byte[] read = await data.ReadAsync(Much);
        Assert.True(sent.SequenceEqual(read));
        await Task.WhenAll(sending, answering);
    }

    [Fact]
    public async Task A_permitted_peer_connects_and_others_are_closed()
    {
        using TcpTurnClient control = await TcpTurnClient.AllocateAsync(_port);
        using (Socket stranger = await DialAsync(control.Relayed))
        {
            Assert.True(await TcpTurnClient.IsClosedAsync(new NetworkStream(stranger)));
        }

        await control.PermitAsync(Peer);
        using Socket socket = await DialAsync(control.Relayed);
        uint id = await control.AttemptAsync();
        using TcpTurnClient data = await TcpTurnClient.BindAsync(_port, id);
        await using var peer = new NetworkStream(socket);
        await peer.WriteAsync("hello"u8.ToArray());
        Assert.Equal("hello"u8.ToArray(), await data.ReadAsync(5));
        await data.SendAsync("and back"u8.ToArray());
        byte[] got = new byte[8];
        await peer.ReadExactlyAsync(got);
        Assert.Equal("and back"u8.ToArray(), got);

        // The last bytes arrive before the end.
        await peer.WriteAsync("bye"u8.ToArray());
        socket.Close();
        Assert.Equal("bye"u8.ToArray(), await data.ReadAsync(3));
        Assert.True(await data.IsClosedAsync());
    }

    [Fact]
    public async Task The_end_of_the_control_connection_ends_everything()
    {
        TcpTurnClient control = await TcpTurnClient.AllocateAsync(_port);
        (uint id, _) = await control.ConnectToAsync(Peer);
        using Socket accepted = await _listener.AcceptAsync();
        using TcpTurnClient data = await TcpTurnClient.BindAsync(_port, id);
        await control.PermitAsync(Peer);
        using Socket unbound = await DialAsync(control.Relayed);
        await control.AttemptAsync();
        IPEndPoint relayed = control.Relayed;
        control.Dispose();
        Assert.True(await data.IsClosedAsync());
        Assert.True(await TcpTurnClient.IsClosedAsync(new NetworkStream(accepted)));
        Assert.True(await TcpTurnClient.IsClosedAsync(new NetworkStream(unbound)));
        await Assert.ThrowsAsync<SocketException>(() => DialAsync(relayed));
    }

    [Fact]
    public async Task A_client_that_ends_its_side_still_hears_the_answer_and_may_connect_again()
    {
        using TcpTurnClient control = await TcpTurnClient.AllocateAsync(_port);
        (uint id, _) = await control.ConnectToAsync(Peer);
        using Socket accepted = await _listener.AcceptAsync();
        await using var peer = new NetworkStream(accepted);
        using TcpTurnClient data = await TcpTurnClient.BindAsync(_port, id);
        Assert.Equal((0u, StunErrorCode.ConnectionAlreadyExists), await control.ConnectToAsync(Peer));
        await data.SendAsync("question"u8.ToArray());
        ((NetworkStream)data.Stream).Socket.Shutdown(SocketShutdown.Send);
        byte[] question = new byte[8];
        await peer.ReadExactlyAsync(question);
        Assert.True(await TcpTurnClient.IsClosedAsync(peer));
        await peer.WriteAsync("answer"u8.ToArray());
        accepted.Close();
        Assert.Equal("answer"u8.ToArray(), await data.ReadAsync(6));
        Assert.True(await data.IsClosedAsync());

        // It is over for the worker a moment after it is for the client.
        for (int i = 0; (await control.ConnectToAsync(Peer)).Error != 0; i++)
        {
            Assert.True(i < 1000, "the connection does not end");
        }
    }

    [Fact]
    public async Task A_peer_that_is_not_there_is_a_447_and_a_denied_one_a_403()
    {
        using TcpTurnClient control = await TcpTurnClient.AllocateAsync(_port);
        var nobody = new IPEndPoint(IPAddress.Loopback, FreePort.Take());
        Assert.Equal((0u, StunErrorCode.ConnectionTimeoutOrFailure), await control.ConnectToAsync(nobody));
        Assert.Equal((0u, StunErrorCode.Forbidden), await control.ConnectToAsync(IPEndPoint.Parse("10.0.0.1:80")));
    }

    [Fact]
    public async Task After_a_refused_bind_the_stream_speaks_TURN_as_before()
    {
        using TcpTurnClient client = await TcpTurnClient.ConnectAsync(_port);
        byte[] refused = await client.AskAsync(
            StunMethod.ConnectionBind, (ref writer) => writer.AddUInt32(StunAttributeType.ConnectionId, 1));
        Assert.Equal(StunMethod.ConnectionBind, (StunMethod)refused[1] & (StunMethod)0xF);
        byte[] binding = await client.AskAsync(StunMethod.Binding, (ref _) => { });
        Assert.Equal(1, binding[0]);
    }

    private static async Task<Socket> DialAsync(IPEndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private static byte[] RandomBytes(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
