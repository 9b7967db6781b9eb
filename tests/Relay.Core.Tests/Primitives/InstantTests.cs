using Relay.Core.Primitives;
using Xunit;

namespace Relay.Core.Tests.Primitives;

public sealed class InstantTests
{
    private static readonly Instant Early = new(100);
    private static readonly Instant Late = new(250);

    [Fact]
    public void Instants_and_spans_add_and_subtract()
    {
        Assert.Equal(Late, Early + new TimeSpan(150));
        Assert.Equal(Early, Late - new TimeSpan(150));
        Assert.Equal(new TimeSpan(150), Late - Early);
        Assert.Equal(new TimeSpan(-150), Early - Late);
    }

    [Fact]
    public void Never_stays_never_whatever_is_added()
    {
        Assert.Equal(Instant.Never, Instant.Never + TimeSpan.FromDays(1));
        Assert.Equal(Instant.Never, Instant.Never - TimeSpan.FromDays(1));
        Assert.True(Late < Instant.Never);
    }

    [Fact]
    public void Instants_are_ordered()
    {
        Assert.True(Early < Late);
        Assert.True(Late > Early);
        Assert.True(Early <= new Instant(100));
        Assert.True(Early >= new Instant(100));
        Assert.False(Early < new Instant(100));
        Assert.False(Early > new Instant(100));
        Assert.Equal(Early, Instant.Min(Early, Late));
        Assert.Equal(Early, Instant.Min(Late, Early));
        Assert.True(Early.CompareTo(Late) < 0);
        Assert.Equal(default, Instant.Zero);
    }
}
