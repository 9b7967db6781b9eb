using Relay.Core.Buffers;
using Xunit;

namespace Relay.Core.Tests.Buffers;

public sealed class PacketHandleTests
{
    [Fact]
    public void Only_the_default_value_names_no_slot()
    {
        Assert.True(default(PacketHandle).IsNone);
        Assert.False(new PacketHandle(0, 1).IsNone);
        Assert.False(new PacketHandle(7, uint.MaxValue).IsNone);
    }
}
