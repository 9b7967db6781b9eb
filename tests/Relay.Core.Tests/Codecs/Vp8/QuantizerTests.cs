using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class QuantizerTests
{
    // Index, the three deltas of luma; DC and AC of luma, DC and AC of Y2.
    [Theory]
    [InlineData(0, 0, 0, 0, 4, 4, 8, 8)]
    [InlineData(127, 0, 0, 0, 157, 284, 314, 440)]
    [InlineData(-10, 0, 0, 0, 4, 4, 8, 8)]
    [InlineData(200, 0, 0, 0, 157, 284, 314, 440)]
    [InlineData(10, 5, -5, 15, 17, 14, 18, 44)]
    [InlineData(5, -15, -15, -15, 4, 9, 8, 8)]
    [InlineData(120, 15, 15, 15, 157, 249, 314, 440)]
    public void Factors_come_from_index_and_deltas(
        int index, int lumaDc, int y2Dc, int y2Ac, int lumaDcFactor, int lumaAcFactor, int y2DcFactor, int y2AcFactor)
    {
        var encoder = new BoolEncoder();
        encoder.WriteLiteral(0, 7);
        foreach (int delta in new[] { lumaDc, y2Dc, y2Ac, 0, 0 })
        {
            encoder.WriteOptionalSigned(delta, 4);
        }

        var decoder = new BoolDecoder(encoder.Finish());
        var header = new QuantizerHeader();
        header.Read(ref decoder);
        var expected = new Quantizer(new(lumaDcFactor, lumaAcFactor), new(y2DcFactor, y2AcFactor));
        Assert.Equal(expected, Quantizer.For(header, index));
    }
}
