using System.Diagnostics;
using System.Globalization;
using Relay.Core.Codecs.Vp8;
using Relay.Core.Tests.Rtp;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

/// <summary>./bench.sh vp8: what a keyframe costs, and damaged frames in number. A test run makes sure that this still runs.</summary>
public class Vp8BenchTests(ITestOutputHelper output)
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("BENCH_AT_LENGTH") is not null;

    [Theory]
    [InlineData("camera.vp8")]
    [InlineData("odd.vp8")]
    public void Decoding_a_keyframe(string name)
    {
        byte[] frame = Vp8Vectors.Frame(name);
        var decoder = new Vp8LumaDecoder(new Vp8FrameLimits());
        double[] times = new double[IsLong ? 1000 : 2];
        for (int i = 0; i < times.Length * 2; i++)
        {
            // The first half is for the compiler to warm up.
            long start = Stopwatch.GetTimestamp();
            Assert.Equal(Vp8FrameError.None, decoder.Decode(frame));
            times[i % times.Length] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"vp8: {decoder.Width}x{decoder.Height}, {frame.Length} bytes: {times[times.Length / 2]:0.000} ms, median"));
    }

    [Fact]
    public void Damaged_frames_in_number()
    {
        int rounds = IsLong ? 2_000_000 : 1_000;
        var decoder = new Vp8LumaDecoder(new Vp8FrameLimits());
        byte[][] frames = Vp8Vectors.SmallFrames(64 * 64);
        WireFuzz.Mutate(seed: 9649, rounds, frame => decoder.Decode(frame) == Vp8FrameError.None, frames);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"vp8: {rounds} damaged frames decoded (bar: none throws) pass"));
    }
}
