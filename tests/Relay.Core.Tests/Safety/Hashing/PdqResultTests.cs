using Relay.Core.Safety.Hashing;
using Xunit;

namespace Relay.Core.Tests.Safety.Hashing;

public sealed class PdqResultTests
{
    [Theory]
    [InlineData(50, 16, true)]
    [InlineData(49, 0, false)]
    [InlineData(100, 17, false)]
    public void Only_rich_and_stable_pictures_are_compared(int quality, int undecided, bool matchable) =>
        Assert.Equal(matchable, new PdqResult(default, default, quality, undecided, 0, 0).IsMatchable);

    [Theory]
    [InlineData(19, false)]
    [InlineData(20, true)]
    public void A_picture_that_shows_little_clears_nobody(int quality, bool usable) =>
        Assert.Equal(usable, new PdqResult(default, default, quality, 0, 0, 0).IsUsable);
}
