using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class SystemRandomSourceTests
{
    [Fact]
    public void Fills_the_whole_span_differently_each_time()
    {
        var random = new SystemRandomSource();
        byte[] first = new byte[64];
        byte[] second = new byte[64];
        random.Fill(first);
        random.Fill(second);
        Assert.NotEqual(first, second);
        Assert.True(first.AsSpan(32).ContainsAnyExcept((byte)0));
    }
}
