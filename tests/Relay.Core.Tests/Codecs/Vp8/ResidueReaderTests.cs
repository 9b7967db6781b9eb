using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class ResidueReaderTests
{
    private static readonly Quantizer Factors = new(new(2, 3), new(8, 16));

    private readonly CoefficientProbabilities _probabilities = new();
    private readonly ResidueReader _reader;

    public ResidueReaderTests()
    {
        var decoder = new BoolDecoder(new byte[4096]);
        _probabilities.Read(ref decoder);
        _reader = new ResidueReader(_probabilities);
        _reader.StartFrame(2);
        _reader.StartRow();
    }

    [Fact]
    public void A_macroblock_may_be_without_coefficients_and_not_say_so()
    {
        var encoder = new BoolEncoder();
        WriteEmpty(encoder, BlockType.Y2, 0);
        WriteEmptyBlocks(encoder, BlockType.LumaWithoutDc, 16);
        WriteEmptyBlocks(encoder, BlockType.Chroma, 8);
        var decoder = new BoolDecoder(encoder.Finish());
        Assert.False(_reader.Read(ref decoder, 0, hasY2: true, Factors));
        Assert.Equal(0, _reader.LumaBlocksUsed);
    }

    [Fact]
    public void The_dcs_come_from_y2()
    {
        var encoder = new BoolEncoder();
        WriteOne(encoder, BlockType.Y2, 0);
        WriteEmptyBlocks(encoder, BlockType.LumaWithoutDc, 16);
        WriteEmptyBlocks(encoder, BlockType.Chroma, 8);
        var decoder = new BoolDecoder(encoder.Finish());
        Assert.True(_reader.Read(ref decoder, 0, hasY2: true, Factors));

        // 1 times 8, spread over sixteen blocks: (8 + 3) / 8.
        Assert.Equal(0xFFFF, _reader.LumaBlocksUsed);
        for (int i = 0; i < 256; i++)
        {
            Assert.Equal(i % 16 == 0 ? 1 : 0, _reader.Luma[i]);
        }
    }

    [Fact]
    public void Without_y2_each_block_has_its_dc()
    {
        var encoder = new BoolEncoder();
        WriteOne(encoder, BlockType.LumaWithDc, 0);

        // The blocks to the right and below have one neighbour with coefficients.
        for (int i = 1; i < 16; i++)
        {
            WriteEmpty(encoder, BlockType.LumaWithDc, i is 1 or 4 ? 1 : 0);
        }

        WriteEmptyBlocks(encoder, BlockType.Chroma, 8);
        var decoder = new BoolDecoder(encoder.Finish());
        Assert.True(_reader.Read(ref decoder, 0, hasY2: false, Factors));
        Assert.Equal(1, _reader.LumaBlocksUsed);
        Assert.Equal(2, _reader.Luma[0]);
        Assert.Equal(1, _reader.Luma.ToArray().Count(value => value != 0));
    }

    [Fact]
    public void Chroma_counts_but_leaves_nothing()
    {
        var encoder = new BoolEncoder();
        WriteEmptyBlocks(encoder, BlockType.LumaWithDc, 16);
        WriteEmptyBlocks(encoder, BlockType.Chroma, 7);
        WriteOne(encoder, BlockType.Chroma, 0);
        var decoder = new BoolDecoder(encoder.Finish());
        Assert.True(_reader.Read(ref decoder, 0, hasY2: false, Factors));
        Assert.Equal(0, _reader.LumaBlocksUsed);
        Assert.All(_reader.Luma.ToArray(), value => Assert.Equal(0, value));
    }

    [Theory]
    // After a macroblock with Y2: skipped ones with Y2 count as empty, those without it do not count.
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void The_context_of_y2_is_the_last_macroblock_that_has_one(bool skippedHasY2, int context)
    {
        var encoder = new BoolEncoder();
        WriteOne(encoder, BlockType.Y2, 0);
        WriteEmptyBlocks(encoder, BlockType.LumaWithoutDc, 16);
        WriteEmptyBlocks(encoder, BlockType.Chroma, 8);

        // The next row, the same column: only the context above is left.
        WriteOne(encoder, BlockType.Y2, context);
        WriteEmptyBlocks(encoder, BlockType.LumaWithoutDc, 16);
        WriteEmptyBlocks(encoder, BlockType.Chroma, 8);
        encoder.WriteLiteral(0x3C, 6);
        var decoder = new BoolDecoder(encoder.Finish());
        _reader.Read(ref decoder, 0, hasY2: true, Factors);
        _reader.Luma.Clear();
        _reader.StartRow();
        _reader.Skip(0, skippedHasY2);
        Assert.Equal(0, _reader.LumaBlocksUsed);
        _reader.StartRow();
        Assert.True(_reader.Read(ref decoder, 0, hasY2: true, Factors));
        Assert.Equal(0x3C, decoder.ReadLiteral(6));
    }

    private ReadOnlySpan<byte> Branches(BlockType type, int context, int position) =>
        _probabilities[type].Slice(((position * 3) + context) * 11, 11);

    private void WriteEmptyBlocks(BoolEncoder encoder, BlockType type, int count)
    {
        for (int i = 0; i < count; i++)
        {
            WriteEmpty(encoder, type, 0);
        }
    }

    private void WriteEmpty(BoolEncoder encoder, BlockType type, int context) =>
        encoder.Write(false, Branches(type, context, type == BlockType.LumaWithoutDc ? 1 : 0)[0]);

    /// <summary>A coefficient of 1 at position 0 and an end.</summary>
    private void WriteOne(BoolEncoder encoder, BlockType type, int context)
    {
        ReadOnlySpan<byte> branches = Branches(type, context, 0);
        encoder.Write(true, branches[0]);
        encoder.Write(true, branches[1]);
        encoder.Write(false, branches[2]);
        encoder.Write(false);
        encoder.Write(false, Branches(type, 1, 1)[0]);
    }
}
