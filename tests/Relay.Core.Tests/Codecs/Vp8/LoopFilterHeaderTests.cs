using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class LoopFilterHeaderTests
{
    private readonly SegmentHeader _noSegments = new();

    [Fact]
    public void Every_field_is_read()
    {
        LoopFilterHeader header = Read(isSimple: true, level: 33, sharpness: 5, null, out bool next);
        Assert.True(header.IsSimple);
        Assert.Equal(33, header.Level);
        Assert.Equal(5, header.Sharpness);
        Assert.True(next);
        Assert.Equal(33, header.MacroblockLevel(_noSegments, 0, hasSubblockModes: true));
    }

    [Theory]
    [InlineData(20, 5, -7, 25, 18)]
    [InlineData(60, 10, 10, 63, 63)]
    [InlineData(5, -20, 10, 0, 0)]
    [InlineData(5, -10, 63, 0, 58)]
    public void Deltas_are_added_within_the_range(int level, int intra, int subblocks, int whole, int withSubblocks)
    {
        LoopFilterHeader header = Read(isSimple: false, level, 0, [intra, 1, 2, 3, subblocks, 4, 5, 6], out bool next);
        Assert.Equal(whole, header.MacroblockLevel(_noSegments, 0, hasSubblockModes: false));
        Assert.Equal(withSubblocks, header.MacroblockLevel(_noSegments, 0, hasSubblockModes: true));
        Assert.True(next);
    }

    [Fact]
    public void Deltas_that_are_not_sent_are_zero()
    {
        var encoder = new BoolEncoder();
        encoder.Write(false);
        encoder.WriteLiteral(10, 6);
        encoder.WriteLiteral(0, 3);
        encoder.Write(true);
        encoder.Write(false);
        var decoder = new BoolDecoder(encoder.Finish());
        var header = new LoopFilterHeader();
        header.Read(ref decoder);
        Assert.Equal(10, header.MacroblockLevel(_noSegments, 0, hasSubblockModes: true));
    }

    private static LoopFilterHeader Read(bool isSimple, int level, int sharpness, int[]? deltas, out bool next)
    {
        var encoder = new BoolEncoder();
        encoder.Write(isSimple);
        encoder.WriteLiteral(level, 6);
        encoder.WriteLiteral(sharpness, 3);
        encoder.Write(deltas is not null);
        if (deltas is not null)
        {
            encoder.Write(true);
            foreach (int delta in deltas)
            {
                encoder.WriteOptionalSigned(delta, 6);
            }
        }

        encoder.Write(true);
        var decoder = new BoolDecoder(encoder.Finish());
        var header = new LoopFilterHeader();
        header.Read(ref decoder);
        next = decoder.ReadFlag();
        return header;
    }
}
