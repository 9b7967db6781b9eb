using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class BoolDecoderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_was_written_is_read(int seed)
    {
        var random = new Random(seed);
        var encoder = new BoolEncoder();
        var bits = new List<(bool Bit, byte Probability)>();
        for (int i = 0; i < 20_000; i++)
        {
            // Bits as their probabilities say, and sometimes not.
            byte probability = (byte)random.Next(256);
            bool bit = random.Next(20) == 0 ? random.Next(2) == 0 : random.Next(256) >= probability;
            bits.Add((bit, probability));
            encoder.Write(bit, probability);
        }

        var decoder = new BoolDecoder(encoder.Finish());
        foreach ((bool bit, byte probability) in bits)
        {
            Assert.Equal(bit, decoder.ReadBool(probability));
        }

        Assert.False(decoder.IsOverrun);
    }

    [Fact]
    public void Numbers_begin_with_their_highest_bit_and_end_with_their_sign()
    {
        var encoder = new BoolEncoder();
        encoder.WriteLiteral(0x5A, 7);
        encoder.WriteOptionalSigned(-9, 4);
        encoder.WriteOptionalSigned(0, 4);
        encoder.WriteOptionalSigned(63, 6);
        encoder.Write(true);
        var decoder = new BoolDecoder(encoder.Finish());
        Assert.Equal(0x5A, decoder.ReadLiteral(7));
        Assert.Equal(-9, decoder.ReadOptionalSigned(4));
        Assert.Equal(0, decoder.ReadOptionalSigned(4));
        Assert.Equal(63, decoder.ReadOptionalSigned(6));
        Assert.True(decoder.ReadFlag());
    }

    [Fact]
    public void Another_decoder_goes_on_where_one_stopped()
    {
        byte[] data = new byte[300];
        new Random(5).NextBytes(data);
        var whole = new BoolDecoder(data);
        BoolDecoder.Stop stop = new BoolDecoder(data).Current;
        for (int i = 0; i < 2000; i++)
        {
            var part = new BoolDecoder(data, stop);
            Assert.Equal(whole.ReadBool((byte)i), part.ReadBool((byte)i));
            stop = part.Current;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(17)]
    public void After_the_data_come_zeros_and_it_says_so(int length)
    {
        byte[] data = new byte[length];
        var decoder = new BoolDecoder(data);
        int read = 0;
        while (!decoder.IsOverrun)
        {
            Assert.False(decoder.ReadFlag());
            read++;
        }

        // Each bit of probability one half is about a bit of data; the last byte is needed whole.
        Assert.InRange(read, Math.Max(0, (length - 1) * 8), length * 8);
        for (int i = 0; i < 1000; i++)
        {
            Assert.False(decoder.ReadFlag());
        }

        Assert.True(decoder.IsOverrun);
    }
}
