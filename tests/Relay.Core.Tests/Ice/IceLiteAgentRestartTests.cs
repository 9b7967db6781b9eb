using Relay.Core.Diagnostics;
using Relay.Core.Ice;
using Xunit;
using static Relay.Core.Tests.Ice.IceLeg;

namespace Relay.Core.Tests.Ice;

/// <summary>ICE restart: make before break.</summary>
public class IceLiteAgentRestartTests
{
    private readonly IceLeg _leg = new();

    [Fact]
    public void Media_and_consent_go_on_with_the_old_pair_until_a_new_one_is_nominated()
    {
        _leg.Nominate(A);
        (IceCredentials oldLocal, IceRemoteUfrag oldRemote) = (_leg.Local, _leg.Remote);
        _leg.Restart("again");
        (IceCredentials newLocal, IceRemoteUfrag newRemote) = (_leg.Local, _leg.Remote);

        Assert.True(_leg.Agent.IsRestarting);
        Assert.Equal(1u, _leg.Agent.Generation);
        Assert.True(_leg.Agent.LocalCredentials.Ufrag.SequenceEqual(oldLocal.Ufrag));
        Assert.True(_leg.Agent.PendingCredentials.Ufrag.SequenceEqual(newLocal.Ufrag));
        for (int i = 0; i < 5; i++)
        {
            _leg.Advance(5);
            (_leg.Local, _leg.Remote) = (oldLocal, oldRemote);
            _leg.Send(A);
            (_leg.Local, _leg.Remote) = (newLocal, newRemote);
            _leg.Send(B, new Check { Priority = uint.MaxValue });
            Assert.Equal(A, _leg.Agent.SelectedRemote);
            Assert.True(_leg.Agent.IsRestarting);
        }

        _leg.Nominate(B, priority: 1);
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        Assert.False(_leg.Agent.IsRestarting);
        Assert.True(_leg.Agent.PendingCredentials.IsEmpty);
        Assert.Equal(2u, _leg.Agent.Generation);
        Assert.True(_leg.Agent.LocalCredentials.Ufrag.SequenceEqual(newLocal.Ufrag));

        // Late media from the old address is still taken, but its credentials are gone.
        Assert.True(_leg.Agent.IsValidated(A));
        (_leg.Local, _leg.Remote) = (oldLocal, oldRemote);
        _leg.Refused(DropReason.StunUnknownUser, A, new Check { Nominate = true });
    }

    [Fact]
    public void Old_and_new_ufrags_do_not_mix()
    {
        _leg.Nominate(A);
        (IceCredentials oldLocal, IceRemoteUfrag oldRemote) = (_leg.Local, _leg.Remote);
        _leg.Restart("again");
        (IceCredentials newLocal, IceRemoteUfrag newRemote) = (_leg.Local, _leg.Remote);
        (_leg.Local, _leg.Remote) = (oldLocal, newRemote);
        _leg.Refused(DropReason.StunUnknownUser, A, new Check());
        (_leg.Local, _leg.Remote) = (newLocal, oldRemote);
        _leg.Refused(DropReason.StunUnknownUser, A, new Check());
        (_leg.Local, _leg.Remote) = (newLocal, newRemote);
        string oldPassword = System.Text.Encoding.ASCII.GetString(oldLocal.Password);
        _leg.Refused(DropReason.StunBadIntegrity, A, new Check { Password = oldPassword });
    }

    [Fact]
    public void A_restart_on_the_same_address_keeps_it()
    {
        _leg.Nominate(A);
        _leg.Restart("again");
        _leg.Nominate(A);
        Assert.Equal(A, _leg.Agent.SelectedRemote);
        Assert.Equal(2u, _leg.Agent.Generation);
        Assert.Equal(1, _leg.FlowCount);
    }

    [Fact]
    public void An_abandoned_restart_leaves_the_old_pair_alone()
    {
        _leg.Nominate(A);
        (IceCredentials oldLocal, IceRemoteUfrag oldRemote) = (_leg.Local, _leg.Remote);
        _leg.Restart("again");
        (IceCredentials newLocal, IceRemoteUfrag newRemote) = (_leg.Local, _leg.Remote);
        (_leg.Local, _leg.Remote) = (oldLocal, oldRemote);
        for (int i = 0; i < 7; i++)
        {
            Assert.Equal(i < 6, _leg.Agent.IsRestarting);
            _leg.Advance(5);
            _leg.Send(A);
        }

        Assert.False(_leg.Agent.IsRestarting);
        Assert.Equal(IceState.Connected, _leg.Agent.State);
        Assert.Equal(1u, _leg.Agent.Generation);
        (_leg.Local, _leg.Remote) = (newLocal, newRemote);
        _leg.Refused(DropReason.StunUnknownUser, B, new Check { Nominate = true });

        _leg.Restart("third");
        _leg.Nominate(C);
        Assert.Equal(C, _leg.Agent.SelectedRemote);
        Assert.Equal(3u, _leg.Agent.Generation);
    }

    [Fact]
    public void A_second_restart_replaces_the_first()
    {
        _leg.Nominate(A);
        _leg.Restart("second");
        (IceCredentials local, IceRemoteUfrag remote) = (_leg.Local, _leg.Remote);
        _leg.Advance(20);
        _leg.Restart("third");
        _leg.Nominate(B);
        Assert.Equal(3u, _leg.Agent.Generation);
        (_leg.Local, _leg.Remote) = (local, remote);
        _leg.Refused(DropReason.StunUnknownUser, B, new Check { Nominate = true });
    }

    [Fact]
    public void If_the_old_network_is_dead_the_restart_still_has_its_time()
    {
        _leg.Nominate(A);
        _leg.Advance(20);
        _leg.Restart("again");
        _leg.Advance(10);

        // Consent for the old pair is over: nothing may be sent, but the new credentials work.
        Assert.Equal(IceState.Checking, _leg.Agent.State);
        Assert.False(_leg.Agent.HasSelected);
        Assert.False(_leg.Agent.IsValidated(A));
        Assert.False(_leg.Agent.IsRestarting);
        Assert.Equal(0, _leg.FlowCount);
        _leg.Advance(19);
        _leg.Nominate(B);
        Assert.Equal(IceState.Connected, _leg.Agent.State);
        Assert.Equal(2u, _leg.Agent.Generation);
    }

    [Fact]
    public void If_the_old_network_is_dead_and_the_restart_fails_consent_has_expired()
    {
        _leg.Nominate(A);
        _leg.Advance(20);
        _leg.Restart("again");
        _leg.Advance(29);
        Assert.Equal(IceState.Checking, _leg.Agent.State);
        _leg.Advance(1);
        Assert.Equal(IceState.Closed, _leg.Agent.State);
        Assert.Equal(CloseReason.ConsentExpired, _leg.Agent.CloseReason);
    }

    [Fact]
    public void A_restart_before_the_first_connection_extends_the_wait()
    {
        _leg.Advance(20);
        _leg.Restart("again");
        _leg.Advance(20);
        Assert.Equal(IceState.Checking, _leg.Agent.State);
        _leg.Advance(10);
        Assert.Equal(CloseReason.ConnectTimeout, _leg.Agent.CloseReason);
    }

    [Fact]
    public void While_restarting_the_first_generation_may_still_connect_first()
    {
        (IceCredentials local, IceRemoteUfrag remote) = (_leg.Local, _leg.Remote);
        _leg.Restart("again");
        (IceCredentials newLocal, IceRemoteUfrag newRemote) = (_leg.Local, _leg.Remote);
        (_leg.Local, _leg.Remote) = (local, remote);
        _leg.Nominate(A);
        Assert.Equal(A, _leg.Agent.SelectedRemote);
        Assert.True(_leg.Agent.IsRestarting);
        (_leg.Local, _leg.Remote) = (newLocal, newRemote);
        _leg.Nominate(B, priority: 1);
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        Assert.Equal(2u, _leg.Agent.Generation);
    }

    [Fact]
    public void Renomination_counts_anew_in_a_new_generation()
    {
        _leg.Send(A, new Check { Nomination = 50 });
        _leg.Restart("again");
        _leg.Send(B, new Check { Nomination = 1 });
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        _leg.Send(C, new Check { Nomination = 2, Priority = 1 });
        Assert.Equal(C, _leg.Agent.SelectedRemote);
    }

    [Fact]
    public void A_replay_of_the_old_generation_after_the_restart_is_refused()
    {
        byte[] captured = _leg.Request(new Check { Nominate = true });
        Assert.Equal(DropReason.None, _leg.Receive(A, captured));
        _leg.Restart("again");
        _leg.Refused(DropReason.StunReplayed, C, captured);
        _leg.Nominate(B);
        _leg.Refused(DropReason.StunUnknownUser, C, captured);
        _leg.Refused(DropReason.StunUnknownUser, A, captured);
    }
}
