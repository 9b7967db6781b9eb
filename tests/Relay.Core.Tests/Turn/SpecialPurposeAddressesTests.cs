using Relay.Core.Turn;
using Xunit;
using static Relay.Core.Tests.Turn.AddressText;

namespace Relay.Core.Tests.Turn;

/// <summary>Boundaries of each entry of IANA's registries; <see cref="PeerPolicyTests"/> has what is made of them.</summary>
public sealed class SpecialPurposeAddressesTests
{
    [Theory]
    [InlineData("0.0.0.0/8", "0.0.0.0", "0.255.255.255", null, "1.0.0.0")]
    [InlineData("10.0.0.0/8", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0")]
    [InlineData("100.64.0.0/10", "100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0")]
    [InlineData("127.0.0.0/8", "127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0")]
    [InlineData("169.254.0.0/16", "169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0")]
    [InlineData("172.16.0.0/12", "172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0")]
    [InlineData("192.0.0.0/24", "192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0")]
    [InlineData("192.0.2.0/24", "192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0")]
    [InlineData("192.31.196.0/24", "192.31.196.0", "192.31.196.255", "192.31.195.255", "192.31.197.0")]
    [InlineData("192.52.193.0/24", "192.52.193.0", "192.52.193.255", "192.52.192.255", "192.52.194.0")]
    [InlineData("192.88.99.0/24", "192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0")]
    [InlineData("192.168.0.0/16", "192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0")]
    [InlineData("192.175.48.0/24", "192.175.48.0", "192.175.48.255", "192.175.47.255", "192.175.49.0")]
    [InlineData("198.18.0.0/15", "198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0")]
    [InlineData("198.51.100.0/24", "198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0")]
    [InlineData("203.0.113.0/24", "203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0")]
    [InlineData("224.0.0.0/4 and 240.0.0.0/4", "224.0.0.0", "255.255.255.255", "223.255.255.255", null)]
    [InlineData("all below 2000::/3", "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", null, "2000::")]
    [InlineData("all above 2000::/3", "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::", null)]
    [InlineData("2001::/23", "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2000:ffff:ffff::", "2001:200::")]
    [InlineData("2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff::", "2001:db9::")]
    [InlineData("2002::/16", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:ffff::", "2003::")]
    [InlineData("2620:4f:8000::/48", "2620:4f:8000::", "2620:4f:8000:ffff::", "2620:4f:7fff:ffff::", "2620:4f:8001::")]
    [InlineData("3fff::/20", "3fff::", "3fff:fff:ffff::", "3ffe:ffff::", "3fff:1000::")]
    public void A_range_ends_where_the_registry_says(string range, string first, string last, string? below, string? above)
    {
        Assert.NotEmpty(range);
        Assert.True(SpecialPurposeAddresses.Contains(Of(first)));
        Assert.True(SpecialPurposeAddresses.Contains(Of(last)));
        Assert.False(below is not null && SpecialPurposeAddresses.Contains(Of(below)));
        Assert.False(above is not null && SpecialPurposeAddresses.Contains(Of(above)));
    }

    [Theory]
    [InlineData("0.0.0.0", true)]
    [InlineData("0.255.255.255", true)]
    [InlineData("1.0.0.0", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("223.255.255.255", false)]
    [InlineData("224.0.0.1", true)]
    [InlineData("239.255.255.255", true)]
    [InlineData("240.0.0.0", false)]
    [InlineData("255.255.255.255", true)]
    [InlineData("::", true)]
    [InlineData("::1", false)]
    [InlineData("100::1", true)]
    [InlineData("100:0:0:1::1", false)]
    [InlineData("ff02::1", true)]
    [InlineData("fe80::1", false)]
    public void What_is_no_host_can_never_be_a_peer(string address, bool never) =>
        Assert.Equal(never, SpecialPurposeAddresses.IsNeverAPeer(Of(address)));
}
