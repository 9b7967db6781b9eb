using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class QuantizerHeaderTests
{
    [Fact]
    public void Every_field_is_read_and_chroma_s_are_passed()
    {
        var encoder = new BoolEncoder();
        encoder.WriteLiteral(100, 7);
        foreach (int delta in new[] { -15, 7, 0, 3, -4 })
        {
            encoder.WriteOptionalSigned(delta, 4);
        }

        encoder.WriteLiteral(0x55, 7);
        var decoder = new BoolDecoder(encoder.Finish());
        var header = new QuantizerHeader();
        header.Read(ref decoder);
        Assert.Equal((100, -15, 7, 0), (header.Index, header.LumaDcDelta, header.Y2DcDelta, header.Y2AcDelta));
        Assert.Equal(0x55, decoder.ReadLiteral(7));
    }
}
