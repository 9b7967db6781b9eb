using Relay.Core.Pairing;
using Xunit;

namespace Relay.Core.Tests.Pairing;

public class MatchmakerTests
{
    [Fact]
    public void The_lowest_ticket_is_met_first()
    {
        var matchmaker = new Matchmaker(1);
        Session late = Waiting(1, ticket: 30);
        Session early = Waiting(2, ticket: 10);
        Session asking = Waiting(3, ticket: 40);
        matchmaker.Add(late);
        matchmaker.Add(asking);
        Assert.Same(late, matchmaker.FindPartner(asking));
        matchmaker.Add(early);
        Assert.Same(early, matchmaker.FindPartner(asking));
        Assert.Equal(3, matchmaker.Waiting(PairingMode.Text));
        matchmaker.Remove(early);
        matchmaker.Remove(early);
        Assert.Equal(2, matchmaker.Waiting(PairingMode.Text));
    }

    [Fact]
    public void The_last_partner_is_only_met_if_nobody_else_waits()
    {
        var matchmaker = new Matchmaker(1);
        Session last = Waiting(1, ticket: 1);
        Session asking = Waiting(2, ticket: 2);
        asking.LastPartner = last.Key;
        matchmaker.Add(last);
        matchmaker.Add(asking);
        Assert.Same(last, matchmaker.FindPartner(asking));
        Session other = Waiting(3, ticket: 3);
        matchmaker.Add(other);
        Assert.Same(other, matchmaker.FindPartner(asking));
    }

    [Fact]
    public void Modes_and_workers_do_not_mix()
    {
        var matchmaker = new Matchmaker(2);
        Session first = Waiting(1, ticket: 1, PairingMode.Video, pool: 0);
        Session elsewhere = Waiting(2, ticket: 2, PairingMode.Video, pool: 1);
        Session voice = Waiting(3, ticket: 3, PairingMode.Voice, pool: 0);
        Session text = Waiting(4, ticket: 4, PairingMode.Text, pool: 1);
        foreach (Session session in (Session[])[first, elsewhere, voice, text])
        {
            matchmaker.Add(session);
        }

        Assert.Null(matchmaker.FindPartner(first));
        Assert.Null(matchmaker.FindPartner(voice));
        Session otherText = Waiting(5, ticket: 5, PairingMode.Text, pool: 0);
        matchmaker.Add(otherText);
        Assert.Same(text, matchmaker.FindPartner(otherText));
    }

    [Fact]
    public void Only_the_later_one_moves_and_not_towards_one_that_moves()
    {
        var matchmaker = new Matchmaker(3);
        Session first = Waiting(1, ticket: 1, PairingMode.Video, pool: 0);
        Session second = Waiting(2, ticket: 2, PairingMode.Video, pool: 1);
        Session third = Waiting(3, ticket: 3, PairingMode.Video, pool: 2);
        matchmaker.Add(first);
        matchmaker.Add(second);
        matchmaker.Add(third);
        Assert.Null(matchmaker.FindRenewTarget(first));
        Assert.Same(first, matchmaker.FindRenewTarget(second));
        Assert.Same(first, matchmaker.FindRenewTarget(third));
        first.RenewPool = 1;
        Assert.Same(second, matchmaker.FindRenewTarget(third));
        Assert.Null(matchmaker.FindRenewTarget(second));
    }

    [Fact]
    public void A_session_cannot_wait_twice()
    {
        var matchmaker = new Matchmaker(1);
        Session session = Waiting(1, ticket: 1);
        matchmaker.Add(session);
        Assert.Throws<InvalidOperationException>(() => matchmaker.Add(session));
    }

    private static Session Waiting(int slot, long ticket, PairingMode mode = PairingMode.Text, int pool = 0) =>
        new(new SessionKey(slot, 1), ModeSet.All) { Ticket = ticket, Mode = mode, LegPool = pool };
}
