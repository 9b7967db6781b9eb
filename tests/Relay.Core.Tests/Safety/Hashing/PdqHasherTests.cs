using System.Diagnostics;
using System.Globalization;
using Relay.Core.Safety.Hashing;
using Xunit;

namespace Relay.Core.Tests.Safety.Hashing;

public sealed class PdqHasherTests(ITestOutputHelper output)
{
    private readonly PdqHasher _hasher = new();

    [Fact]
    public void Every_vector_comes_out_exactly()
    {
        Assert.Equal(65, PdqPictures.Vectors.Count);
        Assert.All(PdqPictures.Vectors, vector =>
        {
            byte[] rgb = PdqPictures.Rgb(vector.Kind, vector.Width, vector.Height);
            Assert.Equal(vector.Fnv, PdqPictures.Fnv1a(rgb));
            PdqResult result = _hasher.Hash(PdqPictures.Luma(rgb), vector.Width, vector.Height);
            Assert.Equal(vector.Hash, result.Hash.ToString());
            Assert.Equal(vector.Quality, result.Quality);
        });
    }

    [Theory]
    [InlineData(4, 64, 64)]
    [InlineData(5, 64, 64)]
    [InlineData(4, 320, 240)]
    [InlineData(5, 640, 480)]
    [InlineData(5, 1280, 720)]
    public void The_mirrored_hash_is_that_of_the_mirrored_picture(int kind, int width, int height)
    {
        float[] luma = PdqPictures.Luma(kind, width, height);
        PdqResult plain = _hasher.Hash(luma, width, height);
        for (int y = 0; y < height; y++)
        {
            luma.AsSpan(y * width, width).Reverse();
        }

        PdqResult mirrored = _hasher.Hash(luma, width, height);

        // Cells are sampled a little right of their middle, so on larger planes the two sample different columns.
        int tolerance = width == 64 ? 2 : 31;
        Assert.InRange(PictureHash.Distance(plain.Mirrored, mirrored.Hash), 0, tolerance);
        Assert.InRange(PictureHash.Distance(plain.Hash, mirrored.Mirrored), 0, tolerance);
        Assert.InRange(PictureHash.Distance(plain.Hash, mirrored.Hash), 64, 256);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void A_plane_of_video_luma_hashes_as_the_full_range_does(int kind)
    {
        const int Width = 320;
        const int Height = 240;
        const int Stride = 352;
        float[] full = PdqPictures.Luma(kind, Width, Height);
        byte[] video = new byte[(Stride * (Height - 1)) + Width];
        Array.Fill(video, (byte)77);
        for (int i = 0; i < full.Length; i++)
        {
            video[(i / Width * Stride) + (i % Width)] = (byte)MathF.Round(16 + (full[i] * 219 / 255));
        }

        PdqResult expected = _hasher.Hash(full, Width, Height);
        PdqResult result = _hasher.HashVideo(video, Stride, Width, Height);
        Assert.InRange(PictureHash.Distance(expected.Hash, result.Hash), 0, 8);
        Assert.InRange(result.Quality, expected.Quality - 2, expected.Quality + 2);
        Assert.InRange(result.Brightness, expected.Brightness - 1, expected.Brightness + 1);
    }

    /// <summary>The guard tells pictures that another rounding would hash differently, whatever their quality.</summary>
    [Theory]
    [InlineData(4, 640, 480, true)]
    [InlineData(5, 640, 480, true)]
    [InlineData(0, 320, 240, false)]
    [InlineData(1, 320, 240, false)]
    [InlineData(3, 320, 240, false)]
    public void Flat_and_periodic_pictures_are_unstable(int kind, int width, int height, bool stable)
    {
        PdqResult result = _hasher.Hash(PdqPictures.Luma(kind, width, height), width, height);
        Assert.Equal(stable, result.IsStable);
        Assert.Equal(stable && result.Quality >= 50, result.IsMatchable);
    }

    [Fact]
    public void Brightness_and_contrast_are_mean_and_deviation()
    {
        float[] luma = new float[64 * 64];
        Array.Fill(luma, 100f, 0, luma.Length / 2);
        PdqResult result = _hasher.Hash(luma, 64, 64);
        Assert.Equal(50f, result.Brightness);
        Assert.Equal(50f, result.Contrast);
        Array.Fill(luma, 16f);
        result = _hasher.Hash(luma, 64, 64);
        Assert.Equal(16f, result.Brightness);
        Assert.Equal(0f, result.Contrast);
    }

    [Fact]
    public void Nothing_is_left_over_from_the_picture_before()
    {
        float[] large = PdqPictures.Luma(4, 640, 480);
        float[] small = PdqPictures.Luma(5, 63, 65);
        PdqResult first = new PdqHasher().Hash(small, 63, 65);
        _hasher.Hash(large, 640, 480);
        Assert.Equal(first, _hasher.Hash(small, 63, 65));
    }

    [Fact]
    public void Hashing_allocates_nothing()
    {
        byte[] luma = new byte[320 * 240];
        new Random(1).NextBytes(luma);
        _hasher.HashVideo(luma, 320, 320, 240);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _hasher.HashVideo(luma, 320, 320, 240);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Video_frames_are_hashed_within_milliseconds()
    {
        byte[] luma = new byte[640 * 480];
        new Random(1).NextBytes(luma);
        long[] times = new long[40];
        for (int i = 0; i < 2 * times.Length; i++)
        {
            // The first half is for the compiler to warm up.
            long start = Stopwatch.GetTimestamp();
            Assert.Equal(100, _hasher.HashVideo(luma, 640, 640, 480).Quality);
            times[i % times.Length] = Stopwatch.GetElapsedTime(start).Ticks * TimeSpan.NanosecondsPerTick;
        }

        Array.Sort(times);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{times[times.Length / 2]} ns for 640 by 480 (median of {times.Length}), {times[0]} at best"));
    }

    [Fact]
    public void Sides_out_of_range_are_refused()
    {
        byte[] luma = new byte[2049];
        Assert.Throws<ArgumentOutOfRangeException>(() => _hasher.HashVideo(luma, 2049, 2049, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _hasher.HashVideo(luma, 1, 1, 2049));
        Assert.Throws<ArgumentOutOfRangeException>(() => _hasher.HashVideo(luma, 31, 32, 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => _hasher.HashVideo(luma.AsSpan(0, 1023), 32, 32, 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => _hasher.Hash([], 0, 5));
        Assert.Equal(default, _hasher.HashVideo(luma, 4, 4, 100));
    }
}
