using System.Net;
using System.Text;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class ProxyHeaderTests
{
    [Theory]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n", "192.0.2.7:4711")]
    [InlineData("PROXY TCP6 2001:db8::7 2001:db8::1 65535 443\r\n", "[2001:db8::7]:65535")]
    public void A_line_names_the_client(string line, string source)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(line + "GET /");
        ProxyHeader header = ProxyHeader.Read(bytes);
        Assert.Equal(new ProxyHeader(ProxyHeaderStatus.Complete, line.Length, IPEndPoint.Parse(source)), header);
        AssertIncompleteUpTo(bytes, line.Length);
    }

    [Theory]
    [InlineData("PROXY UNKNOWN\r\n")]
    [InlineData("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n")]
    public void A_proxy_that_does_not_know_names_nobody(string line) =>
        Assert.Equal(
            new ProxyHeader(ProxyHeaderStatus.Complete, line.Length, null),
            ProxyHeader.Read(Encoding.ASCII.GetBytes(line)));

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 4711\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443 5\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 -1 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 65536 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7  198.51.100.1 4711 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.07 198.51.100.1 4711 443\r\n")]
    [InlineData("PROXY TCP4 3221225991 198.51.100.1 4711 443\r\n")]
    [InlineData("PROXY TCP4 2001:db8::7 2001:db8::1 4711 443\r\n")]
    [InlineData("PROXY TCP6 192.0.2.7 198.51.100.1 4711 443\r\n")]
    [InlineData("PROXY TCP6 fe80::1%eth0 2001:db8::1 4711 443\r\n")]
    [InlineData("PROXY UDP4 192.0.2.7 198.51.100.1 4711 443\r\n")]
    [InlineData("PROXY \r\n")]
    [InlineData("PROXY TCP4 \r\n")]
    public void A_line_that_is_wrong_is_broken(string line) =>
        Assert.Equal(ProxyHeaderStatus.Broken, ProxyHeader.Read(Encoding.ASCII.GetBytes(line)).Status);

    [Fact]
    public void A_line_without_end_is_broken_once_it_is_too_long()
    {
        byte[] bytes = Encoding.ASCII.GetBytes("PROXY TCP4 " + new string('1', 200));
        Assert.Equal(ProxyHeaderStatus.Incomplete, ProxyHeader.Read(bytes.AsSpan(0, 106)).Status);
        Assert.Equal(ProxyHeaderStatus.Broken, ProxyHeader.Read(bytes.AsSpan(0, 107)).Status);
    }

    [Theory]
    [InlineData("192.0.2.7:4711", 0)]
    [InlineData("192.0.2.7:4711", 30)]
    [InlineData("[2001:db8::7]:4711", 0)]
    [InlineData("[2001:db8::7]:4711", 200)]
    public void A_binary_header_names_the_client_whatever_else_it_carries(string source, int more)
    {
        byte[] header = ProxyHeaders.Binary(IPEndPoint.Parse(source), more);
        byte[] bytes = [.. header, 1, 2, 3];
        Assert.Equal(
            new ProxyHeader(ProxyHeaderStatus.Complete, header.Length, IPEndPoint.Parse(source)), ProxyHeader.Read(bytes));
        AssertIncompleteUpTo(bytes, header.Length);
    }

    [Fact]
    public void A_binary_header_of_the_proxy_itself_names_nobody()
    {
        byte[] local = ProxyHeaders.Binary(IPEndPoint.Parse("192.0.2.7:4711"));
        local[12] = 0x20;
        Assert.Equal(new ProxyHeader(ProxyHeaderStatus.Complete, local.Length, null), ProxyHeader.Read(local));
        byte[] unix = ProxyHeaders.Binary(IPEndPoint.Parse("192.0.2.7:4711"));
        unix[13] = 0x31;
        Assert.Equal(new ProxyHeader(ProxyHeaderStatus.Complete, unix.Length, null), ProxyHeader.Read(unix));
    }

    [Theory]
    [InlineData(12, 0x11)]
    [InlineData(12, 0x22)]
    [InlineData(14, 0x08)]
    [InlineData(15, 0x0B)]
    public void A_binary_header_that_is_wrong_is_broken(int offset, byte value)
    {
        byte[] header = ProxyHeaders.Binary(IPEndPoint.Parse("192.0.2.7:4711"));
        header[offset] = value;
        Assert.Equal(ProxyHeaderStatus.Broken, ProxyHeader.Read(header).Status);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\n")]
    [InlineData("proxy TCP4")]
    [InlineData("\u0001")]
    [InlineData("\r\n\r\nx")]
    public void Other_beginnings_are_none(string text) =>
        Assert.Equal(ProxyHeaderStatus.None, ProxyHeader.Read(Encoding.ASCII.GetBytes(text)).Status);

    private static void AssertIncompleteUpTo(byte[] bytes, int length)
    {
        for (int i = 0; i < length; i++)
        {
            Assert.Equal(ProxyHeaderStatus.Incomplete, ProxyHeader.Read(bytes.AsSpan(0, i)).Status);
        }
    }
}

/// <summary>Headers as proxies write them.</summary>
internal static class ProxyHeaders
{
    public static byte[] Line(IPEndPoint source) =>
        Encoding.ASCII.GetBytes($"PROXY TCP{(source.Address.GetAddressBytes().Length == 4 ? 4 : 6)} {source.Address} "
            + $"{(source.Address.GetAddressBytes().Length == 4 ? "198.51.100.1" : "2001:db8::1")} {source.Port} 443\r\n");

    public static byte[] Binary(IPEndPoint source, int more = 0)
    {
        byte[] address = source.Address.GetAddressBytes();
        int length = (2 * address.Length) + 4 + more;
        return
        [
            0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
            0x21, (byte)(address.Length == 4 ? 0x11 : 0x21), (byte)(length >> 8), (byte)length,
            .. address, .. new byte[address.Length], (byte)(source.Port >> 8), (byte)source.Port, 1, 187, .. new byte[more],
        ];
    }
}
