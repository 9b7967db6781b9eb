using Relay.Core.Rtp;
using Xunit;

namespace Relay.Core.Tests.Rtp;

public class HeaderExtensionReaderTests
{
    [Theory]
    // Padding before, between and after elements (RFC 8285 section 4.2).
    [InlineData(0xBEDE, "00001055002166770000", "1:55 2:6677")]
    // The longest element: 16 bytes.
    [InlineData(0xBEDE, "EF000102030405060708090A0B0C0D0E0F", "14:000102030405060708090A0B0C0D0E0F")]
    // Id 15 stops the walk, and so does id 0 with a length.
    [InlineData(0xBEDE, "1055F0AA2066", "1:55")]
    [InlineData(0xBEDE, "105501AA2066", "1:55")]
    // An element that goes past the end.
    [InlineData(0xBEDE, "10551F66", "1:55")]
    [InlineData(0xBEDE, "", "")]
    [InlineData(0x1000, "010155000F0266770000", "1:55 15:6677")]
    [InlineData(0x100F, "FF00", "255:")]
    [InlineData(0x1000, "0101550202AA", "1:55")]
    [InlineData(0x1000, "01015502", "1:55")]
    // Neither form.
    [InlineData(0x1100, "010155", "")]
    [InlineData(0x2000, "1055", "")]
    public void Elements_are_walked_in_order(int profile, string hex, string expected)
    {
        var reader = new HeaderExtensionReader((ushort)profile, Convert.FromHexString(hex));
        var seen = new List<string>();
        while (reader.TryReadNext(out byte id, out ReadOnlySpan<byte> value))
        {
            seen.Add($"{id}:{Convert.ToHexString(value)}");
        }

        Assert.Equal(expected, string.Join(' ', seen));
        Assert.False(reader.TryReadNext(out _, out _));
    }

    [Fact]
    public void The_offset_of_a_value_allows_a_change_in_place()
    {
        byte[] data = Convert.FromHexString("1055" + "217788");
        var reader = new HeaderExtensionReader(HeaderExtensionReader.OneByteProfile, data);
        Assert.True(reader.TryReadNext(out _, out _));
        Assert.Equal(1, reader.ValueOffset);
        Assert.True(reader.TryReadNext(out _, out ReadOnlySpan<byte> value));
        Assert.Equal(3, reader.ValueOffset);
        data[reader.ValueOffset] = 0x99;
        Assert.Equal(0x99, value[0]);
    }

    [Theory]
    [InlineData(0xBEDE)]
    [InlineData(0x1000)]
    public void Random_data_never_throws_and_never_leaves_the_data(int profile)
    {
        WireFuzz.Consume walk = bytes =>
        {
            var reader = new HeaderExtensionReader((ushort)profile, bytes);
            bool any = false;
            while (reader.TryReadNext(out _, out ReadOnlySpan<byte> value))
            {
                any = true;
                Assert.True(reader.ValueOffset + value.Length <= bytes.Length);
            }

            return any;
        };
        byte[] seed = Convert.FromHexString("10552166770102334455660000123400");
        WireFuzz.Truncate(seed, walk);
        WireFuzz.Mutate(seed: 8285, rounds: 100_000, walk, seed, [], [0, 0, 0, 0]);
    }
}
