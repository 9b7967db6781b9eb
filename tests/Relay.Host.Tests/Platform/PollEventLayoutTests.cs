using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public sealed class PollEventLayoutTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        byte[] bytes = new byte[PollEventLayout.Bytes];
        PollEventLayout.Write(bytes, 1, 0x0102_0304_0506_0708);
        Assert.Equal(1, bytes[0]);
        Assert.Equal(1u, PollEventLayout.ReadEvents(bytes));
        Assert.Equal(0x0102_0304_0506_0708ul, PollEventLayout.ReadData(bytes));
    }
}
