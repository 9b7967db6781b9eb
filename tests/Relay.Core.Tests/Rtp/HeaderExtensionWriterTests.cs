using Relay.Core.Rtp;
using Xunit;

namespace Relay.Core.Tests.Rtp;

public class HeaderExtensionWriterTests
{
    [Fact]
    public void The_one_byte_form_is_written_and_padded()
    {
        byte[] buffer = Filled(32);
        HeaderExtensionWriter writer = HeaderExtensionWriter.Begin(buffer, twoByte: false);
        Assert.True(writer.TryAdd(1, [0xAA]));
        Assert.True(writer.TryAdd(14, [0xBB, 0xCC, 0xDD]));
        int length = writer.Finish();
        Assert.Equal("BEDE0002" + "10AAE2BBCCDD0000", Convert.ToHexString(buffer, 0, length));
        Assert.Equal(0xEE, buffer[length]);
    }

    [Fact]
    public void The_two_byte_form_is_written_and_padded()
    {
        byte[] buffer = Filled(32);
        HeaderExtensionWriter writer = HeaderExtensionWriter.Begin(buffer, twoByte: true);
        Assert.True(writer.TryAdd(15, []));
        Assert.True(writer.TryAdd(255, [0xBB, 0xCC, 0xDD]));
        int length = writer.Finish();
        Assert.Equal("10000002" + "0F00FF03BBCCDD00", Convert.ToHexString(buffer, 0, length));
        Assert.Equal(0xEE, buffer[length]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_added_is_no_extension(bool twoByte)
    {
        byte[] buffer = Filled(8);
        Assert.Equal(0, HeaderExtensionWriter.Begin(buffer, twoByte).Finish());
        Assert.Equal(Filled(8), buffer);
        Assert.Equal(0, HeaderExtensionWriter.Begin([], twoByte).Finish());
    }

    [Theory]
    [InlineData(false, 0, 1, false)]
    [InlineData(false, 15, 1, false)]
    [InlineData(false, 1, 0, false)]
    [InlineData(false, 1, 17, false)]
    [InlineData(false, 14, 16, true)]
    [InlineData(true, 0, 1, false)]
    [InlineData(true, 255, 255, true)]
    [InlineData(true, 1, 256, false)]
    public void What_the_form_cannot_carry_is_refused(bool twoByte, int id, int length, bool expected)
    {
        HeaderExtensionWriter writer = HeaderExtensionWriter.Begin(new byte[512], twoByte);
        Assert.Equal(expected, writer.TryAdd((byte)id, new byte[length]));
        Assert.Equal(expected, writer.Finish() > 0);
    }

    [Fact]
    public void An_element_that_does_not_fit_with_its_padding_is_refused_and_the_rest_stays()
    {
        // Seven bytes hold the element but not its padding; eight hold one word; a second element needs twelve.
        HeaderExtensionWriter small = HeaderExtensionWriter.Begin(new byte[7], twoByte: false);
        Assert.False(small.TryAdd(1, [1]));

        byte[] buffer = new byte[8];
        HeaderExtensionWriter writer = HeaderExtensionWriter.Begin(buffer, twoByte: false);
        Assert.True(writer.TryAdd(1, [1, 2]));
        Assert.False(writer.TryAdd(2, [3]));
        Assert.Equal(8, writer.Finish());
        Assert.Equal("BEDE000111010200", Convert.ToHexString(buffer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_written_is_read_back(bool twoByte)
    {
        var random = new Random(8285);
        byte[] buffer = new byte[600];
        for (int round = 0; round < 5_000; round++)
        {
            HeaderExtensionWriter writer = HeaderExtensionWriter.Begin(buffer, twoByte);
            var added = new List<(byte Id, byte[] Value)>();
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                byte[] value = new byte[random.Next(1, twoByte ? 100 : 17)];
                random.NextBytes(value);
                byte id = (byte)random.Next(1, twoByte ? 256 : 15);
                Assert.True(writer.TryAdd(id, value));
                added.Add((id, value));
            }

            int length = writer.Finish();
            Assert.Equal(0, length % 4);
            ushort profile = (ushort)((buffer[0] << 8) | buffer[1]);
            var reader = new HeaderExtensionReader(profile, buffer.AsSpan(4, length - 4));
            foreach ((byte id, byte[] value) in added)
            {
                Assert.True(reader.TryReadNext(out byte readId, out ReadOnlySpan<byte> readValue));
                Assert.Equal(id, readId);
                Assert.Equal(value, readValue);
            }

            Assert.False(reader.TryReadNext(out _, out _));
        }
    }

    [Fact]
    public void Writing_allocates_nothing()
    {
        byte[] buffer = new byte[64];
        Assert.Equal(0, WireFuzz.AllocatedBytes(() =>
        {
            HeaderExtensionWriter writer = HeaderExtensionWriter.Begin(buffer, twoByte: false);
            writer.TryAdd(1, [1, 2, 3]);
            writer.TryAdd(2, [4]);
            writer.Finish();
        }));
    }

    private static byte[] Filled(int length)
    {
        byte[] bytes = new byte[length];
        bytes.AsSpan().Fill(0xEE);
        return bytes;
    }
}
