using Relay.Core.Turn;
using Xunit;
using static Relay.Core.Tests.Turn.AddressText;

namespace Relay.Core.Tests.Turn;

public sealed class AddressRangeTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0")]
    [InlineData("192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.6", "192.0.2.8")]
    [InlineData("192.0.2.7/32", "192.0.2.7", "192.0.2.7", "192.0.2.6", "192.0.2.8")]
    [InlineData("192.0.2.7-192.0.2.9", "192.0.2.7", "192.0.2.9", "192.0.2.6", "192.0.2.10")]
    [InlineData("0.0.0.0/0", "0.0.0.0", "255.255.255.255", "::", "::1:0:0:0")]
    [InlineData("2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff::", "2001:db9::")]
    [InlineData("fc00::/7", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fbff:ffff::", "fe00::")]
    [InlineData("2000::fffe-2000::1:2", "2000::ffff", "2000::1:1", "2000::fffd", "2000::1:3")]
    [InlineData("::1", "::1", "::1", "::", "::2")]
    public void It_holds_its_ends_and_no_neighbour(string text, string first, string last, string below, string above)
    {
        Assert.True(AddressRange.TryParse(text, out AddressRange range));
        Assert.True(range.Contains(Of(first)));
        Assert.True(range.Contains(Of(last)));
        Assert.False(range.Contains(Of(below)));
        Assert.False(range.Contains(Of(above)));
    }

    [Theory]
    [InlineData("::/0")]
    [InlineData("::/64")]
    [InlineData("::/80")]
    [InlineData("::fffe:0:0/95")]
    public void An_IPv6_network_around_the_mapped_ones_holds_no_IPv4_address(string text)
    {
        Assert.True(AddressRange.TryParse(text, out AddressRange range));
        Assert.False(range.Contains(Of("127.0.0.1")));
        Assert.False(range.Contains(Of("255.255.255.255")));
        Assert.True(range.Contains(range.First));
    }

    [Fact]
    public void The_mapped_spelling_of_an_IPv4_network_is_that_network()
    {
        Assert.True(AddressRange.TryParse("::ffff:10.0.0.0/104", out AddressRange range));
        Assert.Equal(AddressRange.IPv4(0x0A_00_00_00, 8), range);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fe80::%2/10")]
    [InlineData("010.0.0.1")]
    [InlineData("10.1")]
    [InlineData("0x7f000001")]
    [InlineData("2130706433")]
    [InlineData("[::1]")]
    [InlineData("10.0.0.1/8")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("10.0.0.0/255.0.0.0")]
    [InlineData("2001:db8::1/32")]
    [InlineData("2001:db8::/129")]
    [InlineData("10.0.0.9-10.0.0.1")]
    [InlineData("10.0.0.1-2001:db8::1")]
    [InlineData("10.0.0.1 - 10.0.0.9")]
    public void Anything_else_is_not_read(string? text) => Assert.False(AddressRange.TryParse(text, out _));

    [Fact]
    public void Prefixes_have_limits_and_ends_an_order()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => AddressRange.IPv4(0, 33));
        Assert.Throws<ArgumentOutOfRangeException>(() => AddressRange.IPv6(0, 129));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AddressRange(2, 1));
        Assert.Equal(new AddressRange(0, UInt128.MaxValue), AddressRange.IPv6(5, 0));
    }
}
