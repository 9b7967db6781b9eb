using Relay.Core.Pairing;
using Xunit;

namespace Relay.Core.Tests.Pairing;

public class SessionTableTests
{
    [Fact]
    public void A_slot_is_used_again_under_another_generation()
    {
        var table = new SessionTable(1);
        Session first = table.Add(ModeSet.Text)!;
        Assert.Null(table.Add(ModeSet.Text));
        table.Remove(first);
        table.Remove(first);
        Assert.Equal(0, table.Count);
        Session second = table.Add(ModeSet.Text)!;
        Assert.Equal(first.Key.Slot, second.Key.Slot);
        Assert.Null(table.Find(first.Key));
        Assert.Same(second, table.Find(second.Key));
        Assert.Same(second, Assert.Single(table.All()));
    }

    [Theory]
    [InlineData(0, 0u)]
    [InlineData(-1, 1u)]
    [InlineData(int.MaxValue, 1u)]
    public void A_key_that_was_never_given_names_nothing(int slot, uint generation)
    {
        var table = new SessionTable(10);
        table.Add(ModeSet.Text);
        Assert.Null(table.Find(new SessionKey(slot, generation)));
    }
}
