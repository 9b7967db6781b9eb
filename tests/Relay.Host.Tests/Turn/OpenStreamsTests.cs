using System.Net;
using Relay.Host.Platform;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class OpenStreamsTests
{
    [Fact]
    public void One_source_has_its_share_and_gets_it_back()
    {
        var open = new OpenStreams(10, 2, new SystemRandomSource());
        Assert.True(open.TryAdd(IPAddress.Parse("192.0.2.7")));
        Assert.True(open.TryAdd(IPAddress.Parse("::ffff:192.0.2.7")));
        Assert.False(open.TryAdd(IPAddress.Parse("192.0.2.7")));
        Assert.True(open.TryAdd(IPAddress.Parse("192.0.2.8")));
        open.Remove(IPAddress.Parse("192.0.2.7"));
        Assert.True(open.TryAdd(IPAddress.Parse("192.0.2.7")));
        Assert.Equal(3, open.Count);
    }

    [Fact]
    public void A_source_of_ipv6_is_a_64()
    {
        var open = new OpenStreams(10, 1, new SystemRandomSource());
        Assert.True(open.TryAdd(IPAddress.Parse("2001:db8::1")));
        Assert.False(open.TryAdd(IPAddress.Parse("2001:db8::2")));
        Assert.True(open.TryAdd(IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public void All_sources_together_have_a_limit()
    {
        var open = new OpenStreams(2, 2, new SystemRandomSource());
        Assert.True(open.TryAdd(IPAddress.Parse("192.0.2.1")));
        Assert.True(open.TryAdd(IPAddress.Parse("192.0.2.2")));
        Assert.False(open.TryAdd(IPAddress.Parse("192.0.2.3")));
        open.Remove(IPAddress.Parse("192.0.2.1"));
        Assert.True(open.TryAdd(IPAddress.Parse("192.0.2.3")));
    }
}
