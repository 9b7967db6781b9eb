using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class ModeReaderTests
{
    private const int Columns = 3;
    private const int Rows = 4;

    /// <summary>The way through bmode_tree to each mode: branch and bit (section 11.2).</summary>
    private static readonly (int Branch, bool Bit)[][] Ways =
    [
        [(0, false)],
        [(0, true), (1, false)],
        [(0, true), (1, true), (2, false)],
        [(0, true), (1, true), (2, true), (3, false), (4, false)],
        [(0, true), (1, true), (2, true), (3, true), (6, false)],
        [(0, true), (1, true), (2, true), (3, false), (4, true), (5, false)],
        [(0, true), (1, true), (2, true), (3, false), (4, true), (5, true)],
        [(0, true), (1, true), (2, true), (3, true), (6, true), (7, false)],
        [(0, true), (1, true), (2, true), (3, true), (6, true), (7, true), (8, false)],
        [(0, true), (1, true), (2, true), (3, true), (6, true), (7, true), (8, true)],
    ];

    /// <summary>The modes of the subblocks of a picture, with a line of DC above it and to its left.</summary>
    private readonly SubblockMode[,] _subblocks = new SubblockMode[(Rows * 4) + 1, (Columns * 4) + 1];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Modes_are_read_as_they_were_written(int seed)
    {
        var random = new Random(seed);
        var encoder = new BoolEncoder();
        var modes = new LumaMode[Rows, Columns];
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                // Half of them with modes for subblocks.
                modes[row, column] = (LumaMode)Math.Min(random.Next(8), (int)LumaMode.Subblocks);
                Write(encoder, random, modes[row, column], column, row);
            }
        }

        AssertRead(new ModeReader(), encoder.Finish(), modes);
    }

    [Fact]
    public void A_frame_starts_from_nothing()
    {
        var encoder = new BoolEncoder();
        Write(encoder, new Random(1), LumaMode.Subblocks, 0, 0);
        byte[] code = encoder.Finish();
        var reader = new ModeReader();
        for (int frame = 0; frame < 2; frame++)
        {
            reader.StartFrame(1);
            reader.StartRow();
            var decoder = new BoolDecoder(code);
            Assert.Equal(LumaMode.Subblocks, reader.Read(ref decoder, 0));
            AssertSubblocks(reader, 0, 0);
        }
    }

    private void AssertRead(ModeReader reader, byte[] code, LumaMode[,] modes)
    {
        reader.StartFrame(Columns);
        var decoder = new BoolDecoder(code);
        for (int row = 0; row < Rows; row++)
        {
            reader.StartRow();
            for (int column = 0; column < Columns; column++)
            {
                Assert.Equal(modes[row, column], reader.Read(ref decoder, column));
                if (modes[row, column] == LumaMode.Subblocks)
                {
                    AssertSubblocks(reader, column, row);
                }
            }
        }
    }

    private void AssertSubblocks(ModeReader reader, int column, int row)
    {
        for (int i = 0; i < 16; i++)
        {
            Assert.Equal(_subblocks[(row * 4) + (i / 4) + 1, (column * 4) + (i % 4) + 1], reader.Subblocks[i]);
        }
    }

    private void Write(BoolEncoder encoder, Random random, LumaMode mode, int column, int row)
    {
        encoder.Write(mode != LumaMode.Subblocks, 145);
        if (mode != LumaMode.Subblocks)
        {
            bool isLater = mode is LumaMode.Horizontal or LumaMode.TrueMotion;
            encoder.Write(isLater, 156);
            encoder.Write(mode is LumaMode.Vertical or LumaMode.TrueMotion, isLater ? (byte)128 : (byte)163);
        }

        for (int i = 0; i < 16; i++)
        {
            int y = (row * 4) + (i / 4) + 1;
            int x = (column * 4) + (i % 4) + 1;
            if (mode != LumaMode.Subblocks)
            {
                _subblocks[y, x] = mode switch
                {
                    LumaMode.Dc => SubblockMode.Dc,
                    LumaMode.Vertical => SubblockMode.Vertical,
                    LumaMode.Horizontal => SubblockMode.Horizontal,
                    _ => SubblockMode.TrueMotion,
                };
                continue;
            }

            _subblocks[y, x] = (SubblockMode)random.Next(10);
            ReadOnlySpan<byte> probabilities = SubblockModeProbabilities.For(_subblocks[y - 1, x], _subblocks[y, x - 1]);
            foreach ((int branch, bool bit) in Ways[(int)_subblocks[y, x]])
            {
                encoder.Write(bit, probabilities[branch]);
            }
        }

        // Any mode of chroma.
        int chroma = random.Next(4);
        byte[] chromaProbabilities = [142, 114, 183];
        for (int i = 0; i < Math.Min(chroma + 1, 3); i++)
        {
            encoder.Write(i < chroma, chromaProbabilities[i]);
        }
    }
}
