using Relay.Core.Stun;
using Xunit;

namespace Relay.Core.Tests.Stun;

public class Crc32Tests
{
    [Fact]
    public void The_published_check_value_comes_out() => Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));

    [Fact]
    public void Nothing_sums_to_zero() => Assert.Equal(0u, Crc32.Compute(default));

    [Fact]
    public void Every_single_bit_matters()
    {
        byte[] data = new byte[64];
        uint before = Crc32.Compute(data);
        for (int bit = 0; bit < data.Length * 8; bit++)
        {
            data[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(before, Crc32.Compute(data));
            data[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }
}
