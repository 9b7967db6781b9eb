using System.Net;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Xunit;

namespace Relay.Core.Tests.Stun;

public class StunXorAddressTests
{
    [Theory]
    [InlineData("192.0.2.1:32853", 8)]
    [InlineData("0.0.0.0:0", 8)]
    [InlineData("255.255.255.255:65535", 8)]
    [InlineData("[::1]:1", 20)]
    [InlineData("[2001:db8::ffff]:443", 20)]
    public void An_address_comes_back_as_it_was_written(string text, int bytes)
    {
        var address = TransportAddress.FromEndPoint(IPEndPoint.Parse(text));
        byte[] value = new byte[StunXorAddress.MaxBytes];

        int written = StunXorAddress.Write(address, Rfc5769Vectors.TransactionId, value);

        Assert.Equal(bytes, written);
        Assert.True(StunXorAddress.TryRead(value.AsSpan(0, written), Rfc5769Vectors.TransactionId, out TransportAddress read));
        Assert.Equal(address, read);
    }

    [Fact]
    public void An_ipv4_mapped_ipv6_address_equals_the_ipv4_address()
    {
        byte[] mapped = new byte[20];
        byte[] other = new byte[20];
        mapped[1] = 2;
        UInt128 mask = new(0x2112A442_B7E7A701UL, 0xBC34D686_FA87DFAEUL);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(
            mapped.AsSpan(4), Rfc5769Vectors.IPv4Mapped.Address ^ mask);
        StunXorAddress.Write(Rfc5769Vectors.IPv4Mapped, Rfc5769Vectors.TransactionId, other);
        other.AsSpan(2, 2).CopyTo(mapped.AsSpan(2));

        Assert.True(StunXorAddress.TryRead(mapped, Rfc5769Vectors.TransactionId, out TransportAddress read));
        Assert.Equal(Rfc5769Vectors.IPv4Mapped, read);
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

                bool expected = (family, length) is (1, 8) or (2, 20);
                Assert.Equal(expected, StunXorAddress.TryRead(value, Rfc5769Vectors.TransactionId, out _));
            }
        }
    }
}
