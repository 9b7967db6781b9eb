using Relay.Core.Diagnostics;
using Relay.Core.Ice;
using Xunit;
using static Relay.Core.Tests.Ice.IceLeg;

namespace Relay.Core.Tests.Ice;

/// <summary>Which pair the media goes to: aggressive nomination, renomination, network changes, NAT rebinding.</summary>
public class IceLiteAgentSelectionTests
{
    private readonly IceLeg _leg = new();

    [Fact]
    public void Of_pairs_nominated_together_the_highest_priority_wins_in_any_order()
    {
        _leg.Nominate(A, priority: 200);
        _leg.Advance(0.05);
        _leg.Nominate(B, priority: 300);
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        _leg.Advance(0.05);
        _leg.Nominate(C, priority: 100);
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        _leg.Advance(0.05);
        _leg.Nominate(A, priority: 200);
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        Assert.True(_leg.Agent.IsValidated(A));
        Assert.True(_leg.Agent.IsValidated(C));
    }

    [Fact]
    public void An_equal_priority_follows_the_latest_nomination()
    {
        _leg.Nominate(A);
        _leg.Nominate(B);
        Assert.Equal(B, _leg.Agent.SelectedRemote);
    }

    [Fact]
    public void A_client_that_moves_its_nomination_to_a_worse_network_is_followed_though_the_old_one_still_sends()
    {
        _leg.Nominate(A, priority: 300);
        _leg.Send(B, new Check { Priority = 100 });
        _leg.Advance(0.5);

        // The client's own selection is B now: checks on A go on without USE-CANDIDATE.
        int checks = 0;
        while (_leg.Agent.SelectedRemote == A)
        {
            _leg.Send(A, new Check { Priority = 300 });
            _leg.Advance(0.25);
            _leg.Nominate(B, priority: 100);
            _leg.Advance(0.25);
            checks++;
        }

        Assert.Equal(B, _leg.Agent.SelectedRemote);
        Assert.Equal(4, checks);
        _leg.Send(A, new Check { Priority = 300 });
        Assert.Equal(B, _leg.Agent.SelectedRemote);
    }

    [Fact]
    public void A_check_without_nomination_does_not_move_a_selection_that_is_alive()
    {
        _leg.Nominate(A, priority: 1);
        for (int i = 0; i < 100; i++)
        {
            _leg.Advance(3);
            _leg.Send(A, new Check { Priority = 1 });
            _leg.Send(B, new Check { Priority = uint.MaxValue });
            Assert.Equal(A, _leg.Agent.SelectedRemote);
        }
    }

    [Fact]
    public void A_rebound_nat_is_followed_at_once_if_the_client_nominates()
    {
        _leg.Nominate(A);
        _leg.Advance(2.5);
        _leg.Nominate(B);
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        Assert.True(_leg.Agent.IsValidated(A));
    }

    [Fact]
    public void A_rebound_nat_is_followed_after_silence_if_the_client_no_longer_nominates()
    {
        _leg.Nominate(A);
        for (int i = 0; i < 10; i++)
        {
            _leg.Advance(5);
            _leg.Send(A);
        }

        _leg.Advance(3.9);
        _leg.Send(B);
        Assert.Equal(A, _leg.Agent.SelectedRemote);
        _leg.Advance(5);
        _leg.Send(B);
        Assert.Equal(B, _leg.Agent.SelectedRemote);

        // Consent is the new pair's now.
        _leg.Advance(29);
        _leg.Send(B);
        Assert.Equal(IceState.Connected, _leg.Agent.State);
        Assert.False(_leg.Agent.IsValidated(A));
    }

    [Fact]
    public void A_pair_adopted_in_silence_gives_way_to_any_nominated_one()
    {
        _leg.Nominate(A, priority: 100);
        _leg.Advance(4);
        _leg.Send(B, new Check { Priority = 900 });
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        _leg.Nominate(A, priority: 100);
        Assert.Equal(A, _leg.Agent.SelectedRemote);
    }

    [Fact]
    public void Renomination_follows_the_largest_number_whatever_the_priority()
    {
        _leg.Send(A, new Check { Nomination = 1, Priority = 300 });
        Assert.Equal(IceState.Connected, _leg.Agent.State);
        _leg.Send(B, new Check { Nomination = 2, Priority = 100 });
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        _leg.Advance(10);

        // A late one.
        _leg.Send(A, new Check { Nomination = 1, Nominate = true, Priority = 300 });
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        _leg.Send(A, new Check { Nomination = 3, Priority = 300 });
        Assert.Equal(A, _leg.Agent.SelectedRemote);

        // Rebound: the same number from a new address.
        _leg.Send(C, new Check { Nomination = 3, Priority = 300 });
        Assert.Equal(C, _leg.Agent.SelectedRemote);
    }

    [Fact]
    public void Consent_is_that_of_the_selected_pair_only_until_silence_moves_it()
    {
        var leg = new IceLeg(new IceOptions { SelectedSilence = TimeSpan.FromSeconds(60) });
        leg.Nominate(A);
        for (int second = 1; second < 30; second++)
        {
            leg.Advance(1);
            leg.Send(B);
        }

        leg.Advance(1);
        Assert.Equal(CloseReason.ConsentExpired, leg.Agent.CloseReason);
    }

    [Fact]
    public void Nothing_is_sent_to_a_stream_that_has_ended_and_the_next_request_takes_over_at_once()
    {
        _leg.Nominate(A, priority: 300);
        _leg.Send(B, new Check { Priority = 100 });
        _leg.EndStream(A);
        Assert.Equal(default, _leg.Agent.SelectedRemote);
        Assert.Equal(IceState.Connected, _leg.Agent.State);
        _leg.Advance(0.1);
        _leg.Send(B, new Check { Priority = 100 });
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        Assert.False(_leg.Agent.IsValidated(A));
        Assert.Equal(1, _leg.FlowCount);
    }

    [Fact]
    public void A_client_whose_stream_has_ended_may_come_back_on_another_one()
    {
        _leg.Nominate(A);
        _leg.EndStream(A);
        _leg.Advance(29);
        Assert.Equal(IceState.Connected, _leg.Agent.State);
        _leg.Nominate(B);
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        _leg.Advance(29);
        Assert.Equal(IceState.Connected, _leg.Agent.State);
    }

    [Fact]
    public void A_leg_whose_stream_has_ended_lives_as_long_as_one_that_is_silent()
    {
        _leg.Nominate(A);
        _leg.Advance(10);
        _leg.EndStream(A);
        _leg.Advance(19.9);
        Assert.Equal(IceState.Connected, _leg.Agent.State);
        _leg.Advance(0.1);
        Assert.Equal(CloseReason.ConsentExpired, _leg.Agent.CloseReason);
    }

    [Fact]
    public void The_end_of_a_stream_that_is_not_selected_changes_nothing_else()
    {
        _leg.Nominate(A);
        _leg.Send(B);
        _leg.EndStream(B);
        _leg.EndStream(C);
        Assert.Equal(A, _leg.Agent.SelectedRemote);
        Assert.False(_leg.Agent.IsValidated(B));
        Assert.Equal(1, _leg.FlowCount);
        _leg.Close(CloseReason.Requested);
        _leg.EndStream(A);
        Assert.Equal(0, _leg.FlowCount);
    }

    [Fact]
    public void A_restart_goes_on_when_the_old_stream_ends()
    {
        _leg.Nominate(A);
        _leg.Restart("new1");
        _leg.EndStream(A);
        _leg.Nominate(B);
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        Assert.False(_leg.Agent.IsRestarting);
        Assert.Equal(1, _leg.FlowCount);
    }
}
