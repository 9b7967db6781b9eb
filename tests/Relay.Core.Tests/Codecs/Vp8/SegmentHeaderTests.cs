using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class SegmentHeaderTests
{
    private readonly SegmentHeader _header = new();

    [Fact]
    public void Without_segments_the_frame_s_values_count()
    {
        Read(encoder => encoder.Write(false));
        Assert.False(_header.IsEnabled);
        Assert.Equal(40, _header.QuantizerIndex(40, 3));
        Assert.Equal(20, _header.FilterLevel(20, 3));
    }

    [Theory]
    [InlineData(true, -5, 63)]
    [InlineData(false, 35, 83)]
    public void A_segment_s_values_replace_the_frame_s_or_are_added(bool isAbsolute, int quantizer, int level)
    {
        Read(encoder => WriteFeatures(encoder, isAbsolute));
        Assert.Equal(quantizer, _header.QuantizerIndex(40, 1));
        Assert.Equal(level, _header.FilterLevel(20, 2));

        // The others have 0.
        Assert.Equal(isAbsolute ? 0 : 40, _header.QuantizerIndex(40, 2));
    }

    [Fact]
    public void A_frame_starts_from_nothing()
    {
        Read(encoder => WriteFeatures(encoder, isAbsolute: true));
        Read(encoder =>
        {
            encoder.Write(true);
            encoder.Write(false);
            encoder.Write(false);
        });
        Assert.Equal(40, _header.QuantizerIndex(40, 1));
        Assert.Equal(20, _header.FilterLevel(20, 2));
    }

    [Fact]
    public void The_map_is_a_tree_with_three_probabilities()
    {
        int[] segments = [0, 1, 2, 3, 3, 0, 2, 1];
        var encoder = new BoolEncoder();
        encoder.Write(true);
        encoder.Write(true);
        encoder.Write(false);
        encoder.Write(true);
        encoder.WriteLiteral(100, 8);
        encoder.Write(false);
        encoder.Write(true);
        encoder.WriteLiteral(3, 8);
        foreach (int segment in segments)
        {
            encoder.Write(segment >= 2, 100);
            encoder.Write(segment % 2 == 1, segment >= 2 ? (byte)3 : (byte)255);
        }

        var decoder = new BoolDecoder(encoder.Finish());
        _header.Read(ref decoder);
        Assert.True(_header.HasMap);
        foreach (int segment in segments)
        {
            Assert.Equal(segment, _header.ReadSegment(ref decoder));
        }
    }

    [Fact]
    public void Without_a_map_all_macroblocks_are_in_the_first_segment()
    {
        var encoder = new BoolEncoder();
        WriteFeatures(encoder, isAbsolute: true);
        encoder.Write(true);
        var decoder = new BoolDecoder(encoder.Finish());
        _header.Read(ref decoder);
        Assert.Equal(0, _header.ReadSegment(ref decoder));
        Assert.True(decoder.ReadFlag());
    }

    /// <summary>Quantizer -5 for segment 1, level 63 for segment 2, no map.</summary>
    private static void WriteFeatures(BoolEncoder encoder, bool isAbsolute)
    {
        encoder.Write(true);
        encoder.Write(false);
        encoder.Write(true);
        encoder.Write(isAbsolute);
        foreach (int quantizer in new[] { 0, -5, 0, 0 })
        {
            encoder.WriteOptionalSigned(quantizer, 7);
        }

        foreach (int level in new[] { 0, 0, 63, 0 })
        {
            encoder.WriteOptionalSigned(level, 6);
        }
    }

    private void Read(Action<BoolEncoder> write)
    {
        var encoder = new BoolEncoder();
        write(encoder);
        var decoder = new BoolDecoder(encoder.Finish());
        _header.Read(ref decoder);
    }
}
