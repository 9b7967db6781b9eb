using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Host.Configuration;
using Relay.Host.Platform;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class DiscoveryServiceTests
{
    private static readonly byte[] TransactionId = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    [Fact]
    public void It_is_off_by_default_and_without_TURN()
    {
        Assert.Null(DiscoveryService.TryOpen(new TurnServiceOptions(), new SystemRandomSource(), out OptionProblem? problem));
        Assert.Null(problem);
        TurnServiceOptions options = Options();
        options.Enabled = false;
        Assert.Null(DiscoveryService.TryOpen(options, new SystemRandomSource(), out problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData(0, "127.0.0.1", 0)]
    [InlineData(2, "127.0.0.1", 1)]
    [InlineData(4, "127.0.0.2", 0)]
    [InlineData(6, "127.0.0.2", 1)]
    public async Task Answers_come_from_where_the_client_wants_them(int change, string address, int port)
    {
        TurnServiceOptions options = Options();
        using DiscoveryService service = await StartAsync(options);
        using Socket client = Client();
        IPEndPoint[] ends = [.. options.Discovery.Select(IPEndPoint.Parse)];

        await client.SendToAsync(Request(StunAttributeType.ChangeRequest, (uint)change), ends[0]);
        (byte[] answer, IPEndPoint from) = await ReceiveAsync(client);

        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), ends[port].Port), from);
        Assert.Equal(client.LocalEndPoint, Read(answer, StunAttributeType.XorMappedAddress));
        Assert.Equal(from, Read(answer, StunAttributeType.ResponseOrigin));
        Assert.Equal(ends[1], Read(answer, StunAttributeType.OtherAddress));
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task An_answer_goes_to_another_port_of_the_client()
    {
        TurnServiceOptions options = Options();
        using DiscoveryService service = await StartAsync(options);
        using Socket client = Client();
        using Socket other = Client();
        uint port = (uint)((IPEndPoint)other.LocalEndPoint!).Port << 16;

        await client.SendToAsync(Request(StunAttributeType.ResponsePort, port), IPEndPoint.Parse(options.Discovery[1]));
        (byte[] answer, _) = await ReceiveAsync(other);

        Assert.Equal(client.LocalEndPoint, Read(answer, StunAttributeType.XorMappedAddress));
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Rubbish_is_not_answered_and_does_not_end_it()
    {
        TurnServiceOptions options = Options();
        using DiscoveryService service = await StartAsync(options);
        using Socket client = Client();
        var end = IPEndPoint.Parse(options.Discovery[0]);
        foreach (int length in (int[])[0, 1, 19, 2048, 2049, 5000])
        {
            await client.SendToAsync(new byte[length], end);
        }

        await client.SendToAsync(Request(StunAttributeType.ChangeRequest, 0), end);
        (byte[] answer, _) = await ReceiveAsync(client);

        Assert.Equal(client.LocalEndPoint, Read(answer, StunAttributeType.XorMappedAddress));
        Assert.Equal((1, 1), (service.Discovery.Requests, service.Discovery.Answers));
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Behind_a_NAT_clients_are_told_its_addresses()
    {
        TurnServiceOptions options = Options();
        options.DiscoveryAnnounced = ["192.0.2.1", "192.0.2.2"];
        using DiscoveryService service = await StartAsync(options);
        using Socket client = Client();
        IPEndPoint[] ends = [.. options.Discovery.Select(IPEndPoint.Parse)];

        await client.SendToAsync(Request(StunAttributeType.ChangeRequest, 0), ends[0]);
        (byte[] answer, _) = await ReceiveAsync(client);

        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.1"), ends[0].Port), Read(answer, StunAttributeType.ResponseOrigin));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.2"), ends[1].Port), Read(answer, StunAttributeType.OtherAddress));
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void A_port_in_use_and_a_strange_address_are_said_and_nothing_stays_open()
    {
        using Socket taken = Client("127.0.0.2");
        TurnServiceOptions options = Options();
        options.Discovery = [options.Discovery[0], taken.LocalEndPoint!.ToString()!];
        Assert.Null(DiscoveryService.TryOpen(options, new SystemRandomSource(), out OptionProblem? problem));
        Assert.Equal(("Turn:Discovery", $"\"{taken.LocalEndPoint}\""), (problem!.Key, problem.Value));
        Assert.Contains("in use", problem.Allowed, StringComparison.Ordinal);
        using Socket again = Client("127.0.0.1", IPEndPoint.Parse(options.Discovery[0]).Port);

        options.Discovery = ["192.0.2.1:3478", "192.0.2.2:3479"];
        Assert.Null(DiscoveryService.TryOpen(options, new SystemRandomSource(), out problem));
        Assert.Contains("no such address", problem!.Allowed, StringComparison.Ordinal);
    }

    private static TurnServiceOptions Options()
    {
        // Held together, so that they differ.
        using Socket one = Client();
        using Socket other = Client();
        return new TurnServiceOptions
        {
            Discovery =
            [
                one.LocalEndPoint!.ToString()!,
                string.Create(CultureInfo.InvariantCulture, $"127.0.0.2:{((IPEndPoint)other.LocalEndPoint!).Port}"),
            ],
        };
    }

    private static async Task<DiscoveryService> StartAsync(TurnServiceOptions options)
    {
        DiscoveryService? service = DiscoveryService.TryOpen(options, new SystemRandomSource(), out OptionProblem? problem);
        Assert.Null(problem);
        await service!.StartAsync(CancellationToken.None);
        return service;
    }

    private static Socket Client(string address = "127.0.0.1", int port = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), port));
        return socket;
    }

    private static byte[] Request(ushort type, uint value)
    {
        byte[] buffer = new byte[64];
        var writer = new StunMessageWriter(buffer);
        writer.WriteHeader(StunClass.Request, StunMethod.Binding, TransactionId);
        writer.AddUInt32(type, value);
        return buffer[..writer.Length];
    }

    private static async Task<(byte[] Answer, IPEndPoint From)> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[2048];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        SocketReceiveFromResult result = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), limit.Token);
        return (buffer[..result.ReceivedBytes], (IPEndPoint)result.RemoteEndPoint);
    }

    private static IPEndPoint Read(byte[] answer, ushort type)
    {
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(answer, out StunMessageReader message));
        Assert.True(type == StunAttributeType.XorMappedAddress
            ? message.TryGetXorMappedAddress(out TransportAddress address)
            : message.TryGetAddress(type, out address));
        return address.ToEndPoint();
    }
}
