using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class TokenReaderTests
{
    private const int PerContext = CoefficientProbabilities.PerContext;
    private const int PerBand = CoefficientProbabilities.Contexts * PerContext;

    private static readonly byte[] ZigZag = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];
    private static readonly int[] Bands = [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7];

    /// <summary>Lowest value of each category, and the probabilities of the bits above it (section 13.2).</summary>
    private static readonly (int Base, byte[] Extra)[] Categories =
    [
        (5, [159]), (7, [165, 145]), (11, [173, 148, 140]), (19, [176, 155, 140, 135]), (35, [180, 157, 141, 134, 130]),
        (67, [254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129]),
    ];

    /// <summary>The way through the token tree to each category: branch and bit.</summary>
    private static readonly (int Branch, bool Bit)[][] Ways =
    [
        [(6, false), (7, false)],
        [(6, false), (7, true)],
        [(6, true), (8, false), (9, false)],
        [(6, true), (8, false), (9, true)],
        [(6, true), (8, true), (10, false)],
        [(6, true), (8, true), (10, true)],
    ];

    private readonly byte[] _probabilities = new byte[CoefficientProbabilities.Bands * PerBand];

    public TokenReaderTests() => new Random(13).NextBytes(_probabilities);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(0, 2)]
    public void Blocks_are_read_as_they_were_written(int first, int context)
    {
        var random = new Random((first * 3) + context);
        int[][] blocks = [.. Enumerable.Range(0, 2000).Select(_ => RandomBlock(random, first))];
        var encoder = new BoolEncoder();
        foreach (int[] block in blocks)
        {
            Write(encoder, block, first, context);
        }

        var decoder = new BoolDecoder(encoder.Finish());
        foreach (int[] block in blocks)
        {
            short[] read = new short[16];
            int end = TokenReader.Read(ref decoder, _probabilities, context, first, new QuantizerFactors(3, 7), read);
            Assert.Equal(Math.Max(first, Array.FindLastIndex(block, value => value != 0) + 1), end);
            for (int position = 0; position < 16; position++)
            {
                Assert.Equal((short)(block[position] * (position == 0 ? 3 : 7)), read[ZigZag[position]]);
            }
        }
    }

    [Fact]
    public void Zeros_up_to_the_last_position_need_no_end()
    {
        var encoder = new BoolEncoder();
        int context = 0;
        for (int position = 0; position < 16; position++)
        {
            int at = Place(position, context);
            if (position == 0)
            {
                encoder.Write(true, _probabilities[at]);
            }

            encoder.Write(false, _probabilities[at + 1]);
        }

        encoder.WriteLiteral(0x2A, 6);
        var decoder = new BoolDecoder(encoder.Finish());
        Assert.Equal(16, TokenReader.Read(ref decoder, _probabilities, 0, 0, new QuantizerFactors(1, 1), new short[16]));
        Assert.Equal(0x2A, decoder.ReadLiteral(6));
    }

    private static int[] RandomBlock(Random random, int first)
    {
        int[] block = new int[16];
        int end = random.Next(first, 17);
        for (int position = first; position < end; position++)
        {
            int magnitude = random.Next(4) switch { 0 => 0, 1 => 1, 2 => random.Next(2, 70), _ => random.Next(67 + 2048) };
            block[position] = random.Next(2) == 0 ? magnitude : -magnitude;
        }

        return block;
    }

    private static int Place(int position, int context) => (Bands[position] * PerBand) + (context * PerContext);

    private void Write(BoolEncoder encoder, int[] block, int first, int context)
    {
        int last = Array.FindLastIndex(block, value => value != 0);
        bool afterZero = false;
        for (int position = first; position < 16; position++)
        {
            ReadOnlySpan<byte> branches = _probabilities.AsSpan(Place(position, context), PerContext);
            int magnitude = Math.Abs(block[position]);
            if (!afterZero)
            {
                encoder.Write(position <= last, branches[0]);
            }

            if (position > last)
            {
                return;
            }

            encoder.Write(magnitude > 0, branches[1]);
            afterZero = magnitude == 0;
            if (magnitude > 0)
            {
                WriteMagnitude(encoder, magnitude, branches);
                encoder.Write(block[position] < 0);
            }

            context = Math.Min(magnitude, 2);
        }
    }

    private static void WriteMagnitude(BoolEncoder encoder, int magnitude, ReadOnlySpan<byte> branches)
    {
        encoder.Write(magnitude > 1, branches[2]);
        if (magnitude == 1)
        {
            return;
        }

        encoder.Write(magnitude > 4, branches[3]);
        if (magnitude <= 4)
        {
            encoder.Write(magnitude > 2, branches[4]);
            if (magnitude > 2)
            {
                encoder.Write(magnitude == 4, branches[5]);
            }

            return;
        }

        int category = Array.FindLastIndex(Categories, c => c.Base <= magnitude);
        foreach ((int branch, bool bit) in Ways[category])
        {
            encoder.Write(bit, branches[branch]);
        }

        byte[] extra = Categories[category].Extra;
        for (int i = 0; i < extra.Length; i++)
        {
            encoder.Write((((magnitude - Categories[category].Base) >> (extra.Length - 1 - i)) & 1) != 0, extra[i]);
        }
    }
}
