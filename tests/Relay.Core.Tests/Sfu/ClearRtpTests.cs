using Relay.Core.Diagnostics;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class ClearRtpTests
{
    [Fact]
    public void The_parts_are_put_behind_each_other()
    {
        byte[] output = new byte[6];
        Assert.Equal(DropReason.None, ClearRtp.TryWrite([1, 2], [3], [4, 5, 6], output, out int length));
        Assert.Equal(6, length);
        Assert.Equal([1, 2, 3, 4, 5, 6], output);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        byte[] output = new byte[5];
        Assert.Equal(DropReason.PacketTooLarge, ClearRtp.TryWrite([1, 2], [3], [4, 5, 6], output, out int length));
        Assert.Equal(0, length);
        Assert.Equal(new byte[5], output);
    }
}
