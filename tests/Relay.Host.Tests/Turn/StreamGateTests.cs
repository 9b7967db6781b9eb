using System.Net;
using System.Net.Security;
using Relay.Core.Primitives;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>What a port tells apart: PROXY headers, TLS, TURN, ICE and HTTP, over real connections.</summary>
public sealed class StreamGateTests
{
    private static readonly byte[] Allocate = StunMessages.Allocate();
    private static readonly byte[] AllocateSuccess = [1, 3, .. Allocate[2..]];

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Turn_in_the_clear_over_both_families(string address)
    {
        await using GateHost host = await GateHost.StartAsync(address: IPAddress.Parse(address));
        using GateClient client = await host.ConnectAsync();
        await client.SendAsync(Allocate);
        Assert.Equal(AllocateSuccess, await client.ReadAsync(AllocateSuccess.Length));
        Assert.Equal(TransportAddress.FromEndPoint(client.Local), (await host.Workers[0].NextAsync()).Remote);
        await client.EchoAsync([0x40, 1, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0]);
        Assert.Equal(1, host.Gate.Counters.Opened(StreamKind.Turn));
        Assert.Equal(1, host.Gate.OpenCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Turn_over_tls_with_and_without_its_protocol_name(bool isNamed)
    {
        await using GateHost host = await GateHost.StartAsync();
        using GateClient client = await host.ConnectTlsAsync(null, isNamed ? [TlsSession.Turn] : []);
        Assert.Equal(isNamed ? TlsSession.Turn : default, ((SslStream)client.Stream).NegotiatedApplicationProtocol);
        await client.EchoAsync(StunMessages.Binding());
        await client.EchoAsync([0x40, 1, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0]);
        Assert.Equal(1, host.Gate.Counters.Handshakes);
    }

    [Fact]
    public async Task Http_on_the_same_port_in_the_clear_and_over_tls()
    {
        await using GateHost host = await GateHost.StartAsync();
        using GateClient clear = await host.ConnectAsync();
        Assert.Contains($"http 127.0.0.1 {clear.Local.Port}\r\n", await clear.GetAsync(), StringComparison.Ordinal);
        using GateClient named = await host.ConnectTlsAsync(null, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11);
        Assert.Equal(SslApplicationProtocol.Http11, ((SslStream)named.Stream).NegotiatedApplicationProtocol);
        Assert.Contains($"https 127.0.0.1 {named.Local.Port}\r\n", await named.GetAsync(), StringComparison.Ordinal);
        using GateClient unnamed = await host.ConnectTlsAsync();
        Assert.Contains($"https 127.0.0.1 {unnamed.Local.Port}\r\n", await unnamed.GetAsync(), StringComparison.Ordinal);
        Assert.Equal(0, host.Gate.OpenCount);
    }

    [Fact]
    public async Task Http_where_it_is_not_served_is_closed()
    {
        await using GateHost host = await GateHost.StartAsync(servesHttp: false);
        using GateClient client = await host.ConnectAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.True(await client.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.Unknown);
    }

    [Fact]
    public async Task A_client_that_asked_for_turn_gets_no_http()
    {
        await using GateHost host = await GateHost.StartAsync();
        using GateClient client = await host.ConnectTlsAsync(null, TlsSession.Turn);
        await client.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.True(await client.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.Unknown);
    }

    [Theory]
    [InlineData("192.0.2.7:4711", false, false)]
    [InlineData("192.0.2.7:4711", true, false)]
    [InlineData("[2001:db8::7]:4711", false, true)]
    [InlineData("[2001:db8::7]:4711", true, true)]
    public async Task A_trusted_proxy_says_who_the_client_is(string source, bool isBinary, bool isTls)
    {
        var client = IPEndPoint.Parse(source);
        byte[] header = isBinary ? ProxyHeaders.Binary(client, more: 40) : ProxyHeaders.Line(client);
        await using GateHost host = await GateHost.StartAsync(
            new StreamGateOptions { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });
        using GateClient turn = isTls ? await host.ConnectTlsAsync(header) : await host.ConnectAsync(header);
        await turn.EchoAsync(StunMessages.Binding());
        Assert.Equal(TransportAddress.FromEndPoint(client), (await host.Workers[0].NextAsync()).Remote);
        using GateClient http = isTls ? await host.ConnectTlsAsync(header) : await host.ConnectAsync(header);
        Assert.Contains($" {client.Address} {client.Port}\r\n", await http.GetAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_and_message_in_one_segment_and_byte_by_byte()
    {
        byte[] header = ProxyHeaders.Binary(IPEndPoint.Parse("192.0.2.7:4711"));
        byte[] message = StunMessages.Binding();
        await using GateHost host = await GateHost.StartAsync(
            new StreamGateOptions { TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] });
        using GateClient atOnce = await host.ConnectAsync([.. header, .. message]);
        Assert.Equal(message, await atOnce.ReadAsync(message.Length));
        using GateClient slowly = await host.ConnectAsync();
        foreach (byte value in (byte[])[.. header, .. message])
        {
            await slowly.SendAsync(value);
        }

        Assert.Equal(message, await slowly.ReadAsync(message.Length));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_header_from_anybody_else_is_an_error(bool isBinary)
    {
        await using GateHost host = await GateHost.StartAsync();
        var claimed = IPEndPoint.Parse("192.0.2.7:4711");
        using GateClient client = await host.ConnectAsync(isBinary ? ProxyHeaders.Binary(claimed) : ProxyHeaders.Line(claimed));
        Assert.True(await client.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.BadProxyHeader);
    }

    [Fact]
    public async Task A_trusted_proxy_without_a_header_or_with_a_broken_one_is_an_error()
    {
        await using GateHost host = await GateHost.StartAsync(
            new StreamGateOptions { TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] });
        using GateClient without = await host.ConnectAsync(StunMessages.Binding());
        Assert.True(await without.IsClosedAsync());
        using GateClient broken = await host.ConnectAsync("PROXY TCP4 nobody\r\n"u8.ToArray());
        Assert.True(await broken.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.BadProxyHeader, 2);
        Assert.Equal(0, host.Gate.OpenCount);
    }

    [Fact]
    public async Task One_source_opens_no_more_than_its_share()
    {
        await using GateHost host = await GateHost.StartAsync(new StreamGateOptions { PerSourceMax = 2 });
        using GateClient first = await host.ConnectAsync();
        await first.EchoAsync(StunMessages.Binding());
        using GateClient second = await host.ConnectAsync();
        await second.EchoAsync(StunMessages.Binding());
        using GateClient third = await host.ConnectAsync();
        Assert.True(await third.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.TooMany);
        first.Dispose();
        await host.EndsAsync(StreamOutcome.Done);
        using GateClient fourth = await host.ConnectAsync();
        await fourth.EchoAsync(StunMessages.Binding());
        await second.EchoAsync(StunMessages.Binding());
    }

    [Fact]
    public async Task Handshakes_that_one_source_leaves_half_open_do_not_stop_anothers()
    {
        byte[] half = [0x16, 3, 1, 2, 0, 1, 0, 1];
        byte[] flooder = ProxyHeaders.Line(IPEndPoint.Parse("192.0.2.7:1"));
        await using GateHost host = await GateHost.StartAsync(new StreamGateOptions
        {
            HandshakesMax = 8,
            HandshakesPerSourceMax = 2,
            TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")],
        });
        var halves = new List<GateClient>();
        for (int i = 0; i < 10; i++)
        {
            halves.Add(await host.ConnectAsync([.. flooder, .. half]));
        }

        await host.EndsAsync(StreamOutcome.HandshakesBusy, 8);
        using GateClient another = await host.ConnectTlsAsync(ProxyHeaders.Line(IPEndPoint.Parse("192.0.2.8:1")));
        await another.EchoAsync(StunMessages.Binding());
        halves.ForEach(client => client.Dispose());
        await host.EndsAsync(StreamOutcome.HandshakeFailed, 2);
        // And they are given back.
        using GateClient again = await host.ConnectTlsAsync(flooder);
        await again.EchoAsync(StunMessages.Binding());
    }

    [Fact]
    public async Task Behind_a_proxy_the_share_is_the_clients()
    {
        await using GateHost host = await GateHost.StartAsync(
            new StreamGateOptions { PerSourceMax = 1, TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] });
        using GateClient first = await host.ConnectAsync(ProxyHeaders.Line(IPEndPoint.Parse("192.0.2.7:1")));
        await first.EchoAsync(StunMessages.Binding());
        using GateClient another = await host.ConnectAsync(ProxyHeaders.Line(IPEndPoint.Parse("192.0.2.8:1")));
        await another.EchoAsync(StunMessages.Binding());
        using GateClient again = await host.ConnectAsync(ProxyHeaders.Line(IPEndPoint.Parse("192.0.2.7:2")));
        Assert.True(await again.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.TooMany);
    }
}
