using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class SystemRandomSourceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(2000)]
    public void Every_byte_is_filled(int length)
    {
        var random = new SystemRandomSource();
        byte[] any = new byte[length];
        byte[] once = new byte[length];
        for (int i = 0; i < 8; i++)
        {
            random.Fill(once);
            for (int j = 0; j < length; j++)
            {
                any[j] |= once[j];
            }
        }

        // For one byte to be zero eight times has a chance of one in 2^64.
        Assert.False(any.Contains((byte)0));
    }

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
