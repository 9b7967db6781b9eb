using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class ReservationTableTests
{
    private static readonly RelayedAddress Reserved = new() { Address = TurnRig.Media, Via = 3 };

    private readonly ReservationTable _table = new(2, new SeededRandomSource(1));

    [Fact]
    public void A_token_finds_its_address_until_that_is_taken()
    {
        int index = _table.Add(Reserved, out ulong token);
        Assert.True(_table.TryFind(token, out int found, out RelayedAddress reserved));
        Assert.Equal(index, found);
        Assert.Equal(Reserved, reserved);
        Assert.True(_table.TryRemove(index, out reserved));
        Assert.Equal(Reserved, reserved);
        Assert.False(_table.TryFind(token, out _, out _));
        Assert.False(_table.TryRemove(index, out _));
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void A_guess_finds_nothing()
    {
        _table.Add(Reserved, out ulong token);
        Assert.False(_table.TryFind(token ^ (1UL << 60), out _, out _));
        Assert.False(_table.TryFind(token ^ 1, out _, out _));
        Assert.False(_table.TryFind(token | 0xFFFF, out _, out _));
        Assert.False(_table.TryFind(0, out _, out _));
    }

    [Fact]
    public void There_is_room_for_so_many()
    {
        _table.Add(Reserved, out ulong first);
        Assert.True(_table.HasRoom);
        int index = _table.Add(Reserved, out ulong second);
        Assert.False(_table.HasRoom);
        Assert.NotEqual(first, second);
        _table.TryRemove(index, out _);
        Assert.True(_table.HasRoom);
        _table.Add(Reserved, out ulong third);
        Assert.NotEqual(second, third);
    }
}
