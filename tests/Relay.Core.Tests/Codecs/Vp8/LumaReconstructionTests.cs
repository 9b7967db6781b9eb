using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class LumaReconstructionTests
{
    private readonly LumaPlane _plane = new();
    private readonly ResidueReader _noResidue = new(new CoefficientProbabilities());
    private readonly LumaReconstruction _reconstruction = new();
    private readonly SubblockMode[] _leftDown = new SubblockMode[16];

    public LumaReconstructionTests()
    {
        _noResidue.StartFrame(2);
        _leftDown.AsSpan().Fill(SubblockMode.LeftDown);
        _plane.Resize(32, 32);
        for (int y = 0; y < 32; y++)
        {
            // 10 in the left half, 200 in the right one.
            _plane.Pixels.Slice(_plane.OffsetOf(0, 0) + (y * _plane.Stride), 16).Fill(10);
            _plane.Pixels.Slice(_plane.OffsetOf(1, 0) + (y * _plane.Stride), 16).Fill(200);
        }
    }

    [Fact]
    public void A_whole_macroblock_is_predicted_from_its_neighbours()
    {
        LumaReconstruction.Rebuild(_plane, 1, 1, LumaMode.Horizontal, _noResidue);
        Assert.Equal(10, At(1, 1, 15, 15));
    }

    [Fact]
    public void Subblocks_at_the_right_end_see_what_is_above_the_next_macroblock()
    {
        _reconstruction.RebuildSubblocks(_plane, 0, 1, _leftDown, _noResidue);

        // In all four rows the last pixel comes from the pixels above to the right, which are those above the macroblock.
        for (int y = 3; y < 16; y += 4)
        {
            Assert.Equal(200, At(0, 1, 15, y));
        }

        // Elsewhere it comes from the subblocks of this macroblock.
        Assert.Equal(10, At(0, 1, 3, 3));
    }

    [Fact]
    public void In_the_first_row_they_see_what_is_above_the_picture()
    {
        _reconstruction.RebuildSubblocks(_plane, 1, 0, _leftDown, _noResidue);
        Assert.Equal(127, At(1, 0, 15, 15));
    }

    [Fact]
    public void In_the_last_column_they_see_the_last_pixel_again()
    {
        _plane.Pixels[_plane.OffsetOf(1, 1) - _plane.Stride + 15] = 77;
        _reconstruction.RebuildSubblocks(_plane, 1, 1, _leftDown, _noResidue);
        Assert.Equal(77, At(1, 1, 15, 3));
    }

    private byte At(int column, int row, int x, int y) => _plane.Pixels[_plane.OffsetOf(column, row) + (y * _plane.Stride) + x];
}
