using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class InverseTransformTests
{
    [Fact]
    public void The_dct_is_that_of_the_textbook()
    {
        var random = new Random(14);
        for (int round = 0; round < 2000; round++)
        {
            short[] block = [.. Enumerable.Range(0, 16).Select(_ => (short)(random.Next(3) == 0 ? random.Next(-200, 201) : 0))];
            byte[] pixels = new byte[16];
            pixels.AsSpan().Fill(128);
            double[] exact = TextbookDct(block);
            InverseTransform.AddDct((short[])block.Clone(), pixels, 4);
            for (int i = 0; i < 16; i++)
            {
                // Two passes of whole numbers are at most a little off.
                Assert.InRange(pixels[i], Math.Clamp(128 + exact[i], 0, 255) - 2, Math.Clamp(128 + exact[i], 0, 255) + 2);
            }
        }
    }

    [Theory]
    [InlineData(8, 101)]
    [InlineData(3, 100)]
    [InlineData(4, 101)]
    [InlineData(-4, 100)]
    [InlineData(-5, 99)]
    [InlineData(2000, 255)]
    [InlineData(-2000, 0)]
    public void A_dc_alone_is_added_everywhere(short dc, byte expected)
    {
        short[] block = new short[16];
        block[0] = dc;
        byte[] pixels = new byte[4 * 7];
        pixels.AsSpan().Fill(100);
        InverseTransform.AddDct(block, pixels, 7);
        for (int i = 0; i < pixels.Length; i++)
        {
            Assert.Equal(i % 7 < 4 ? expected : (byte)100, pixels[i]);
        }
    }

    [Fact]
    public void The_walsh_hadamard_transform_is_that_of_the_textbook()
    {
        int[][] hadamard = [[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, -1, 1], [1, -1, 1, -1]];
        var random = new Random(15);
        for (int round = 0; round < 1000; round++)
        {
            short[] y2 = [.. Enumerable.Range(0, 16).Select(_ => (short)random.Next(-1000, 1001))];
            short[] luma = new short[256];
            luma[1] = 77;
            int[] expected = new int[16];
            for (int i = 0; i < 16; i++)
            {
                int sum = Enumerable.Range(0, 16).Sum(k => y2[k] * hadamard[k / 4][i / 4] * hadamard[k % 4][i % 4]);
                expected[i] = (sum + 3) >> 3;
            }

            InverseTransform.WalshHadamard(y2, luma);
            for (int i = 0; i < 16; i++)
            {
                Assert.Equal(expected[i], luma[i * 16]);
            }

            Assert.Equal(77, luma[1]);
        }
    }

    private static double[] TextbookDct(short[] block)
    {
        double[] pixels = new double[16];
        for (int y = 0; y < 4; y++)
        {
            for (int x = 0; x < 4; x++)
            {
                double sum = 0;
                for (int k = 0; k < 16; k++)
                {
                    sum += block[k] * Basis(k / 4, y) * Basis(k % 4, x);
                }

                // The format's is twice the orthonormal one in each direction: a DC of 8 adds 1.
                pixels[(y * 4) + x] = sum / 8;
            }
        }

        return pixels;

        static double Basis(int frequency, int at) =>
            frequency == 0 ? 1 : Math.Sqrt(2) * Math.Cos(Math.PI * frequency * ((2 * at) + 1) / 8);
    }
}
