using Relay.Core.Stun;
using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class MobilityTicketTests
{
    [Fact]
    public void A_ticket_comes_back_as_it_was_written()
    {
        MobilityTicket ticket = MobilityTicket.Draw(0x1234, new SeededRandomSource(1));
        byte[] value = new byte[MobilityTicket.Bytes];
        ticket.Write(value);
        Assert.True(MobilityTicket.TryRead(value, out MobilityTicket read));
        Assert.Equal(ticket, read);
        Assert.True(ticket.Matches(read));
        Assert.Equal(0x1234, read.Slot);
    }

    [Fact]
    public void Tickets_differ_and_no_ticket_matches_nothing()
    {
        var random = new SeededRandomSource(1);
        MobilityTicket ticket = MobilityTicket.Draw(1, random);
        Assert.False(ticket.Matches(MobilityTicket.Draw(1, random)));
        Assert.False(ticket.Matches(ticket with { Slot = 2 }));
        Assert.False(default(MobilityTicket).Matches(default));
        Assert.True(default(MobilityTicket).IsNone);
        Assert.False(MobilityTicket.TryRead(new byte[MobilityTicket.Bytes], out _));
        Assert.False(MobilityTicket.TryRead(new byte[MobilityTicket.Bytes - 1], out _));
        Assert.False(MobilityTicket.TryRead([], out _));
    }

    [Fact]
    public void Only_a_ticket_is_added_to_an_answer()
    {
        var writer = new StunMessageWriter(new byte[100]);
        writer.WriteHeader(StunClass.SuccessResponse, StunMethod.Refresh, new byte[12]);
        default(MobilityTicket).AddTo(ref writer);
        Assert.Equal(20, writer.Length);
        MobilityTicket.Draw(1, new SeededRandomSource(1)).AddTo(ref writer);
        Assert.Equal(20 + 4 + MobilityTicket.Bytes, writer.Length);
    }
}
