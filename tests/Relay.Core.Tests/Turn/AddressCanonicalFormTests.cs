using Relay.Core.Turn;
using Xunit;
using static Relay.Core.Tests.Turn.AddressText;

namespace Relay.Core.Tests.Turn;

public sealed class AddressCanonicalFormTests
{
    [Theory]
    [InlineData("IPv4 has one form", "192.0.2.1", "")]
    [InlineData("IPv4-mapped is IPv4", "::ffff:192.0.2.1", "")]
    [InlineData("plain IPv6 has one form", "2a00:1450::1", "")]
    [InlineData("unspecified embeds nothing", "::", "")]
    [InlineData("loopback embeds nothing", "::1", "")]
    [InlineData("IPv4-compatible, the lowest", "::2", "0.0.0.2")]
    [InlineData("IPv4-compatible", "::127.0.0.1", "127.0.0.1")]
    [InlineData("IPv4-translated", "::ffff:0:10.1.2.3", "10.1.2.3")]
    [InlineData("NAT64", "64:ff9b::10.1.2.3", "10.1.2.3")]
    [InlineData("NAT64 is /96", "64:ff9b::1:10.1.2.3", "")]
    [InlineData("local NAT64, /96", "64:ff9b:1::10.1.2.3", "10.1.2.3")]
    [InlineData("local NAT64, /96 within the /48", "64:ff9b:1:7:1:2:10.1.2.3", "10.1.2.3")]
    [InlineData("local NAT64, /64", "64:ff9b:1:7:a:102:300:0", "10.1.2.3 3.0.0.0")]
    [InlineData("local NAT64, /56", "64:ff9b:1:a:1:203::", "10.1.2.3 1.2.3.0 0.0.0.0")]
    [InlineData("local NAT64, /48", "64:ff9b:1:a01:2:300::", "10.1.2.3 1.2.3.0 2.3.0.0 0.0.0.0")]
    [InlineData("6to4", "2002:a01:203::1", "10.1.2.3")]
    [InlineData("Teredo", "2001:0:c000:201:0:1234:f5fe:fdfc", "192.0.2.1 10.1.2.3")]
    [InlineData("2001:1::/32 is not Teredo", "2001:1:c000:201:0:1234:f5fe:fdfc", "")]
    [InlineData("ISATAP", "2a00:1450::5efe:10.1.2.3", "10.1.2.3")]
    [InlineData("ISATAP, universal bit", "2a00:1450::200:5efe:10.1.2.3", "10.1.2.3")]
    [InlineData("ISATAP, link-local", "fe80::5efe:10.1.2.3", "10.1.2.3")]
    [InlineData("not ISATAP", "2a00:1450::100:5efe:10.1.2.3", "")]
    [InlineData("ISATAP over 6to4", "2002:c000:201::5efe:10.1.2.3", "192.0.2.1 10.1.2.3")]
    [InlineData("ISATAP in local NAT64", "64:ff9b:1::5efe:0:0", "0.0.94.254 0.94.254.0 0.0.0.0 0.0.0.0")]
    public void Every_address_inside_is_found(string name, string address, string expected)
    {
        Assert.NotEmpty(name);
        Span<UInt128> forms = stackalloc UInt128[AddressCanonicalForm.FormsMax];

        int count = AddressCanonicalForm.Collect(Of(address), forms);

        Assert.Equal(Of(address), forms[0]);
        UInt128[] inside = [.. expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Of)];
        Assert.Equal(inside, forms[1..count].ToArray());
    }
}
