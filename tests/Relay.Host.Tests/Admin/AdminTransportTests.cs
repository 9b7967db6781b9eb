using Relay.Core.Sfu;
using Relay.Host.Admin;
using Xunit;

namespace Relay.Host.Tests.Admin;

public class AdminTransportTests
{
    [Fact]
    public void It_is_alone_until_it_hears_or_is_heard()
    {
        Assert.Null(PlainTransportReader.Read(PlainRequests.Create() with { Video = null }, out TransportParameters parameters));
        var transport = new AdminTransport("a", default, parameters);
        Assert.True(transport.IsAlone);
        Assert.True(transport.Audio.Exists);
        Assert.False(transport.Video.Exists);
        transport.Audio.ConsumerCount = 1;
        Assert.False(transport.IsAlone);
        transport.Audio.ConsumerCount = 0;
        transport.Video.Source = transport;
        Assert.False(transport.IsAlone);
    }
}
