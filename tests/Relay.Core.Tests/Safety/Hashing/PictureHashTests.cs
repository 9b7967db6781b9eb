using System.Text;
using Relay.Core.Safety.Hashing;
using Xunit;

namespace Relay.Core.Tests.Safety.Hashing;

public sealed class PictureHashTests
{
    private const string Hex = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";

    [Fact]
    public void It_is_written_bit_255_first()
    {
        Assert.True(PictureHash.TryParse(Encoding.ASCII.GetBytes(Hex), out PictureHash hash));
        Assert.Equal(0xf8f8f0cee0f4a84fUL, hash.Word3);
        Assert.Equal(0x33e6b39c4e9c9b22UL, hash.Word0);
        Assert.Equal(Hex, hash.ToString());
        Assert.True(PictureHash.TryParse(Encoding.ASCII.GetBytes(Hex.ToUpperInvariant()), out PictureHash upper));
        Assert.Equal(hash, upper);
    }

    [Theory]
    [InlineData("")]
    [InlineData("f8")]
    [InlineData(Hex + "0")]
    [InlineData("g8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22")]
    [InlineData("f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b2 ")]
    [InlineData("f8f8f0cee0f4a84 06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22")]
    public void Anything_else_is_not_a_hash(string text) =>
        Assert.False(PictureHash.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Distance_counts_bits_of_every_word()
    {
        PictureHash zero = default;
        Assert.Equal(0, PictureHash.Distance(zero, zero));
        Assert.Equal(1, PictureHash.Distance(zero, new PictureHash(1, 0, 0, 0)));
        Assert.Equal(2, PictureHash.Distance(zero, new PictureHash(0, 3, 0, 0)));
        Assert.Equal(3, PictureHash.Distance(zero, new PictureHash(0, 0, 7, 0)));
        Assert.Equal(4, PictureHash.Distance(zero, new PictureHash(0, 0, 0, 15)));
        Assert.Equal(256, PictureHash.Distance(zero, new PictureHash(~0UL, ~0UL, ~0UL, ~0UL)));
    }
}
