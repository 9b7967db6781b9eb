using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class FrameHeaderTests
{
    [Theory]
    [InlineData("one-pixel.vp8", 1, true)]
    [InlineData("partitions-2.vp8", 2, true)]
    [InlineData("partitions-4.vp8", 4, true)]
    [InlineData("partitions-8.vp8", 8, true)]
    [InlineData("segments-4.webp", 1, false)]
    public void Headers_of_encoders_are_read(string name, int partitions, bool hasDeltas)
    {
        byte[] frame = Vp8Vectors.Frame(name);
        var decoder = new BoolDecoder(frame.AsSpan(Vp8FrameTag.Length));
        var header = new FrameHeader();
        header.Read(ref decoder);
        Assert.Equal(partitions, header.TokenPartitionCount);
        Assert.Equal(!hasDeltas, header.Segments.IsEnabled);
        Assert.False(decoder.IsOverrun);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 200)]
    [InlineData(false, 0)]
    public void Skip_flags_have_a_probability_if_they_are_there(bool hasSkipFlags, byte probability)
    {
        var encoder = new BoolEncoder();

        // Colour space, clamping, segments; filter, level, sharpness, deltas; partitions; quantizer and its deltas; refresh.
        encoder.WriteLiteral(0, 3 + 1 + 6 + 3 + 1 + 2 + 7 + 5 + 1);
        CoefficientProbabilitiesTests.WriteNoUpdates(encoder);
        encoder.Write(hasSkipFlags);
        encoder.WriteLiteral(probability, 8);
        var decoder = new BoolDecoder(encoder.Finish());
        var header = new FrameHeader();
        header.Read(ref decoder);
        Assert.Equal(hasSkipFlags, header.HasSkipFlags);
        Assert.Equal(probability, header.SkipFalseProbability);
    }
}
