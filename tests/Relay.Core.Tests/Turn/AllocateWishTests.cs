using Relay.Core.Diagnostics;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class AllocateWishTests
{
    [Fact]
    public void The_least_wish_is_one_ipv4_address()
    {
        Assert.Equal(TurnRefusal.None, Read(TurnTestClient.Udp, out AllocateWish wish));
        Assert.Equal(new AllocateWish { IPv4 = true }, wish);
        Assert.False(wish.IsDual);
    }

    [Fact]
    public void Everything_that_can_be_wished_is_read()
    {
        Assert.Equal(TurnRefusal.None, Read(With(StunAttributeType.EvenPort, [0]), out AllocateWish wish));
        Assert.True(wish.EvenPort);
        Assert.False(wish.ReserveNext);
        Read(With(StunAttributeType.EvenPort, [0x80]), out wish);
        Assert.True(wish.ReserveNext);
        Read(With(StunAttributeType.ReservationToken, [0, 0, 0, 0, 0, 0, 1, 2]), out wish);
        Assert.Equal(0x102ul, wish.Token);
        Read(With(StunAttributeType.Lifetime, [0, 0, 2, 0]), out wish);
        Assert.Equal(512u, wish.LifetimeSeconds);
        Read(With(StunAttributeType.MobilityTicket, []), out wish);
        Assert.True(wish.Mobility);
        Read(With(StunAttributeType.RequestedAddressFamily, [2, 0, 0, 0]), out wish);
        Assert.True(wish.IPv6);
        Assert.False(wish.IPv4);
        Read(With(StunAttributeType.AdditionalAddressFamily, [2, 0, 0, 0]), out wish);
        Assert.True(wish.IsDual);
    }

    [Fact]
    public void A_token_that_is_none_and_a_family_that_is_none_have_their_refusals()
    {
        Assert.Equal(TurnRefusal.InsufficientCapacity, Read(With(StunAttributeType.ReservationToken, new byte[8]), out _));
        Assert.Equal(
            TurnRefusal.AddressFamilyNotSupported,
            Read(With(StunAttributeType.RequestedAddressFamily, [0, 0, 0, 0]), out _));
    }

    private static AddAttributes With(ushort type, byte[] value) => (ref writer) =>
    {
        TurnTestClient.Udp(ref writer);
        writer.AddAttribute(type, value);
    };

    private static TurnRefusal Read(AddAttributes add, out AllocateWish wish)
    {
        byte[] buffer = new byte[200];
        var writer = new StunMessageWriter(buffer);
        writer.WriteHeader(StunClass.Request, StunMethod.Allocate, new byte[12]);
        add(ref writer);
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(buffer.AsSpan(0, writer.Length), out StunMessageReader message));
        return AllocateWish.TryRead(message, out wish);
    }
}
