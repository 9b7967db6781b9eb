using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class DatagramCountersTests
{
    [Fact]
    public void Whatever_was_not_sent_is_a_failed_send() =>
        Assert.Equal(5, new DatagramCounters { Sent = 7, SendErrors = 2, SendBufferFull = 3 }.SendFailed);
}
