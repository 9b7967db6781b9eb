using Relay.Core.Safety.Hashing;
using Xunit;

namespace Relay.Core.Tests.Safety.Hashing;

/// <summary>The streaming filter against the plain one: whole passes over whole planes.</summary>
public sealed class TentFilterTests
{
    public static TheoryData<int, int> Sizes => new()
    {
        { 5, 5 }, { 64, 63 }, { 63, 64 }, { 128, 128 }, { 129, 127 }, { 7, 2048 }, { 2048, 7 }, { 320, 240 }, { 641, 385 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void It_equals_whole_passes_bit_by_bit(int width, int height)
    {
        float[] luma = PdqPictures.Luma(4, width, height);
        float[] expected = Reference(luma, width, height);
        float[] scaled = new float[64 * 64];
        new TentFilter().Scale<float[]>(
            luma, (plane, row, line) => plane.AsSpan(row * width, width).CopyTo(line), width, height, scaled);
        Assert.Equal(expected, scaled);
    }

    [Fact]
    public void A_plane_of_the_target_size_is_taken_as_it_is()
    {
        float[] luma = PdqPictures.Luma(4, 64, 64);
        float[] scaled = new float[64 * 64];
        new TentFilter().Scale<float[]>(luma, (plane, row, line) => plane.AsSpan(row * 64, 64).CopyTo(line), 64, 64, scaled);
        Assert.Equal(luma, scaled);
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(128, 1)]
    [InlineData(129, 2)]
    [InlineData(640, 5)]
    [InlineData(2048, 16)]
    public void A_box_is_a_128th_rounded_up(int length, int box) => Assert.Equal(box, TentFilter.Box(length));

    private static float[] Reference(float[] luma, int width, int height)
    {
        float[] plane = [.. luma];
        for (int round = 0; round < 2; round++)
        {
            for (int y = 0; y < height; y++)
            {
                BoxPass(plane, y * width, 1, width);
            }

            for (int x = 0; x < width; x++)
            {
                BoxPass(plane, x, width, height);
            }
        }

        float[] scaled = new float[64 * 64];
        for (int i = 0; i < scaled.Length; i++)
        {
            int y = (int)(((i / 64) + 0.5) * height / 64);
            int x = (int)(((i % 64) + 0.5) * width / 64);
            scaled[i] = plane[(y * width) + x];
        }

        return scaled;
    }

    private static void BoxPass(float[] plane, int start, int step, int length)
    {
        float[] line = [.. Enumerable.Range(0, length).Select(i => plane[start + (i * step)])];
        int box = (length + 127) / 128;
        int half = (box + 2) / 2;
        (float sum, int count, int enter, int leave, int write) = (0, 0, 0, 0, 0);
        while (write < length)
        {
            if (enter < length)
            {
                sum += line[enter++];
                count++;
            }
            else
            {
                enter++;
            }

            if (enter > box)
            {
                sum -= line[leave++];
                count--;
            }

            if (enter >= half)
            {
                plane[start + (write++ * step)] = sum / count;
            }
        }
    }
}
