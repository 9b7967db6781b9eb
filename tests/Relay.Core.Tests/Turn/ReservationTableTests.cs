using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class ReservationTableTests
{
    private static readonly Reservation Reserved = new()
    {
        Address = new RelayedAddress { Address = TurnRig.Media, Via = 3 },
        AccountKey = 5,
        SourceKey = 6,
    };

    private readonly ReservationTable _table = new(2, new SeededRandomSource(1));

    [Fact]
    public void A_token_finds_its_address_until_that_is_taken()
    {
        int index = Add(out ulong token);
        Assert.True(_table.TryFind(token, out int at, out Reservation found));
        Assert.Equal(index, at);
        Assert.Equal(Reserved with { Token = token }, found);
        Assert.True(_table.TryRemove(index, out found));
        Assert.Equal(Reserved with { Token = token }, found);
        Assert.False(_table.TryFind(token, out _, out _));
        Assert.False(_table.TryRemove(index, out _));
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void A_guess_finds_nothing()
    {
        Add(out ulong token);
        Assert.False(_table.TryFind(token ^ (1UL << 60), out _, out _));
        Assert.False(_table.TryFind(token ^ 1, out _, out _));
        Assert.False(_table.TryFind(token | 0xFFFF, out _, out _));
        Assert.False(_table.TryFind(0, out _, out _));
    }

    [Fact]
    public void There_is_room_for_so_many()
    {
        Add(out ulong first);
        Assert.True(_table.HasRoom);
        int index = Add(out ulong second);
        Assert.False(_table.HasRoom);
        Assert.NotEqual(first, second);
        _table.TryRemove(index, out _);
        Assert.True(_table.HasRoom);
        Add(out ulong third);
        Assert.NotEqual(second, third);
    }

    private int Add(out ulong token)
    {
        Reservation reservation = Reserved;
        int index = _table.Add(ref reservation);
        token = reservation.Token;
        return index;
    }
}
