using System.Runtime.Intrinsics;
using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

/// <summary>Sixteen pixels at once against one pixel at a time, as RFC 6386 section 15 describes it.</summary>
public class EdgeFilterTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Sixteen_at_once_are_as_one_by_one(bool isSimple, bool isInner)
    {
        var random = new Random(15);
        int changed = 0;
        for (int round = 0; round < 4_000; round++)
        {
            LoopFilterLimits limits = LoopFilterLimits.For(random.Next(1, 64), random.Next(8));
            byte[][] pixels = RandomPixels(random);
            byte[][] expected = [.. pixels.Select(along => Filter(along, isSimple, isInner, limits))];
            EdgePixels edge = Edge(pixels);
            bool isChanged = EdgeFilter.Filter(ref edge, isSimple, limits, isInner);
            for (int i = 0; i < 16; i++)
            {
                Assert.Equal(
                    expected[i],
                    (byte[])[edge.P3[i], edge.P2[i], edge.P1[i], edge.P0[i], edge.Q0[i], edge.Q1[i], edge.Q2[i], edge.Q3[i]]);
                Assert.True(isChanged || expected[i].SequenceEqual(pixels[i]));
            }

            changed += isChanged ? 1 : 0;
        }

        Assert.InRange(changed, 1, 3_999);
    }

    /// <summary>Smooth with a step at the edge, of all sizes; sometimes with noise.</summary>
    private static byte[][] RandomPixels(Random random)
    {
        int step = random.Next(-120, 121);
        int noise = random.Next(3) == 0 ? random.Next(1, 80) : random.Next(1, 4);
        return [.. Enumerable.Range(0, 16).Select(_ =>
        {
            int level = random.Next(256);
            int Pixel(int place) => Math.Clamp(level + (place < 4 ? 0 : step) + random.Next(noise), 0, 255);
            return Enumerable.Range(0, 8).Select(place => (byte)Pixel(place)).ToArray();
        })];
    }

    private static EdgePixels Edge(byte[][] pixels) => new()
    {
        P3 = Across(pixels, 0),
        P2 = Across(pixels, 1),
        P1 = Across(pixels, 2),
        P0 = Across(pixels, 3),
        Q0 = Across(pixels, 4),
        Q1 = Across(pixels, 5),
        Q2 = Across(pixels, 6),
        Q3 = Across(pixels, 7),
    };

    private static Vector128<byte> Across(byte[][] pixels, int place) =>
        Vector128.Create([.. pixels.Select(along => along[place])]);

    /// <param name="pixels">P3 to Q3.</param>
    private static byte[] Filter(byte[] pixels, bool isSimple, bool isInner, LoopFilterLimits limits)
    {
        int edge = (Math.Abs(pixels[3] - pixels[4]) * 2) + (Math.Abs(pixels[2] - pixels[5]) / 2);
        bool isWithin = edge <= (isInner ? limits.SubblockEdge : limits.MacroblockEdge);
        int[] steps = [.. new[] { 0, 1, 2, 4, 5, 6 }.Select(i => Math.Abs(pixels[i] - pixels[i + 1]))];
        if (!isWithin || (!isSimple && steps.Max() > limits.Interior))
        {
            return pixels;
        }

        int[] s = [.. pixels.Select(pixel => pixel - 128)];
        bool isVaried = Math.Max(steps[2], steps[3]) > limits.HighVariance;
        int outer = Clamp(s[2] - s[5]);
        if (isSimple || isVaried)
        {
            Even(s, outer);
        }
        else if (isInner)
        {
            int shift = (Even(s, 0) + 1) >> 1;
            s[2] = Clamp(s[2] + shift);
            s[5] = Clamp(s[5] - shift);
        }
        else
        {
            int filter = Clamp(outer + (3 * (s[4] - s[3])));
            for (int reach = 0; reach < 3; reach++)
            {
                int shift = Clamp(((27 - (9 * reach)) * filter + 63) >> 7);
                s[3 - reach] = Clamp(s[3 - reach] + shift);
                s[4 + reach] = Clamp(s[4 + reach] - shift);
            }
        }

        return [.. s.Select(value => (byte)(value + 128))];
    }

    private static int Even(int[] s, int outer)
    {
        int filter = Clamp(outer + (3 * (s[4] - s[3])));
        int behind = Clamp(filter + 4) >> 3;
        s[4] = Clamp(s[4] - behind);
        s[3] = Clamp(s[3] + (Clamp(filter + 3) >> 3));
        return behind;
    }

    private static int Clamp(int value) => Math.Clamp(value, -128, 127);
}
