using Relay.Core.Rtp;
using Xunit;

namespace Relay.Core.Tests.Rtp;

public class TransportSequenceNumberTests
{
    [Fact]
    public void It_is_written_and_read_back()
    {
        Span<byte> bytes = stackalloc byte[8];
        HeaderExtensionWriter writer = HeaderExtensionWriter.Begin(bytes, twoByte: false);
        Assert.True(TransportSequenceNumber.TryAdd(ref writer, 3, 0xABCD));
        Assert.Equal(8, writer.Finish());
        Assert.Equal("BEDE0001" + "31ABCD00", Convert.ToHexString(bytes));
        Assert.True(TransportSequenceNumber.TryRead(bytes.Slice(5, 2), out ushort sequence));
        Assert.Equal(0xABCD, sequence);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Another_length_is_no_number(int length) => Assert.False(TransportSequenceNumber.TryRead(new byte[length], out _));
}
