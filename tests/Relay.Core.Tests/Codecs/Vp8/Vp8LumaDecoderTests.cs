using Relay.Core.Codecs.Vp8;
using Relay.Core.Tests.Rtp;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class Vp8LumaDecoderTests
{
    private static readonly Vp8FrameLimits Limits = new();

    public static TheoryData<string, int, int, string> Vectors => Vp8Vectors.All;

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Luma_is_what_libvpx_decodes(string name, int width, int height, string hash)
    {
        var decoder = new Vp8LumaDecoder(Limits);
        Assert.Equal(Vp8FrameError.None, decoder.Decode(Vp8Vectors.Frame(name)));
        Assert.Equal((width, height), (decoder.Width, decoder.Height));
        Assert.Equal(hash, Vp8Vectors.Hash(decoder));
    }

    [Fact]
    public void Nothing_of_a_frame_is_left_for_the_next()
    {
        var decoder = new Vp8LumaDecoder(Limits);
        foreach (var (name, _, _, hash) in Vectors.Select(row => row.Data).Concat(Vectors.Select(row => row.Data).Reverse()))
        {
            // Between two frames a third one that breaks off; few need less than half of their bytes.
            byte[] frame = Vp8Vectors.Frame(name);
            bool isWhole = decoder.Decode(frame.AsSpan(0, frame.Length / 2)) == Vp8FrameError.None;
            Assert.Equal(isWhole, decoder.Height > 0);
            Assert.Equal(Vp8FrameError.None, decoder.Decode(frame));
            Assert.Equal(hash, Vp8Vectors.Hash(decoder));
        }
    }

    [Fact]
    public void A_frame_that_ends_too_early_is_refused_at_every_length()
    {
        var decoder = new Vp8LumaDecoder(Limits);
        byte[] frame = Vp8Vectors.Frame("partitions-8-of-2-rows.vp8");

        // Encoders leave some bytes behind the last bit.
        for (int length = 0; length < frame.Length - 8; length++)
        {
            Assert.Equal(Vp8FrameError.Truncated, decoder.Decode(frame.AsSpan(0, length)));
        }

        Assert.Equal(Vp8FrameError.None, decoder.Decode(frame));
    }

    [Fact]
    public void Limits_hold_before_anything_is_decoded()
    {
        byte[] frame = Vp8Vectors.Frame("odd.vp8");
        Assert.Equal(Vp8FrameError.TooManyBytes, new Vp8LumaDecoder(Limits with { BytesMax = frame.Length - 1 }).Decode(frame));
        Assert.Equal(Vp8FrameError.TooLarge, new Vp8LumaDecoder(Limits with { SideMax = 174 }).Decode(frame));
        Assert.Equal(Vp8FrameError.TooLarge, new Vp8LumaDecoder(Limits with { AreaMax = (175 * 143) - 1 }).Decode(frame));
        var exact = new Vp8LumaDecoder(new Vp8FrameLimits { BytesMax = frame.Length, SideMax = 175, AreaMax = 175 * 143 });
        Assert.Equal(Vp8FrameError.None, exact.Decode(frame));
    }

    [Fact]
    public void Lines_are_those_of_the_picture()
    {
        var decoder = new Vp8LumaDecoder(Limits);
        Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Line(0).Length);
        decoder.Decode(Vp8Vectors.Frame("odd-small.vp8"));
        Assert.Equal(33, decoder.Line(16).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Line(17).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Line(-1).Length);
    }

    [Fact]
    public void Decoding_allocates_nothing_once_there_is_memory()
    {
        var decoder = new Vp8LumaDecoder(Limits);
        byte[] frame = Vp8Vectors.Frame("one-macroblock.vp8");
        Assert.Equal(0, WireFuzz.AllocatedBytes(() => decoder.Decode(frame)));
    }

    [Fact]
    public void Damaged_frames_never_throw()
    {
        // ./bench.sh vp8 has the time for two million.
        var decoder = new Vp8LumaDecoder(Limits);
        byte[][] frames = Vp8Vectors.SmallFrames(64 * 64);
        WireFuzz.Mutate(seed: 6386, rounds: 100_000, frame => decoder.Decode(frame) == Vp8FrameError.None, frames);
    }
}
