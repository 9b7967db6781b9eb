using System.Net;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Xunit;

namespace Relay.Core.Tests.Stun;

public class StunAddressTests
{
    [Theory]
    [InlineData("192.0.2.1:32853", "00018055C0000201")]
    [InlineData("0.0.0.0:0", "0001000000000000")]
    [InlineData("[2001:db8::ffff]:443", "000201BB20010DB800000000000000000000FFFF")]
    public void An_address_is_written_in_the_clear_and_comes_back(string text, string expected)
    {
        var address = TransportAddress.FromEndPoint(IPEndPoint.Parse(text));
        byte[] value = new byte[StunAddress.MaxBytes];
        value.AsSpan().Fill(0xFF);

        int written = StunAddress.Write(address, value);

        Assert.Equal(expected, Convert.ToHexString(value.AsSpan(0, written)));
        Assert.True(StunAddress.TryRead(value.AsSpan(0, written), out TransportAddress read));
        Assert.Equal(address, read);
    }

    [Fact]
    public void Only_the_family_with_its_own_length_is_read()
    {
        for (int family = 0; family < 256; family++)
        {
            for (int length = 0; length <= 24; length++)
            {
                byte[] value = new byte[length];
                if (length > 1)
                {
                    value[1] = (byte)family;
                }

                Assert.Equal((family, length) is (1, 8) or (2, 20), StunAddress.TryRead(value, out _));
            }
        }
    }
}
