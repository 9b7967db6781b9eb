using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class PlainTransportTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AeadAes256Gcm)]
    [InlineData(SrtpProfile.Aes128CmSha1_80)]
    public void The_address_is_learned_from_a_packet_that_authenticates(SrtpProfile profile)
    {
        using var leg = new PlainLeg(profile);
        Assert.True(leg.Transport.LearnsRemote);
        Assert.False(leg.Transport.IsConnected);
        byte[] forged = leg.Seal(1);
        forged[^1] ^= 1;
        Assert.Equal(DropReason.SrtpAuthenticationFailed, leg.Receive(PlainLeg.Elsewhere, forged));
        Assert.False(leg.Transport.IsConnected);
        Assert.False(leg.Transport.TryDequeueRemovedAddress(out _));

        // What becomes of the packet afterwards does not matter: here nobody listens.
        Assert.Equal(DropReason.NoPartner, leg.Receive(PlainLeg.Home, leg.Seal(2)));
        Assert.True(leg.Transport.IsConnected);
        Assert.Equal(PlainLeg.Home, leg.Transport.Session.Remote);
    }

    [Fact]
    public void A_receiver_is_learned_by_its_report()
    {
        using var leg = new PlainLeg();
        Assert.Equal(DropReason.None, leg.Receive(PlainLeg.Home, leg.SealReport()));
        Assert.Equal(PlainLeg.Home, leg.Transport.Session.Remote);
    }

    [Fact]
    public void An_authentic_packet_from_elsewhere_moves_the_leg_and_gives_the_old_address_up()
    {
        using var leg = new PlainLeg();
        leg.Receive(PlainLeg.Home, leg.Seal(1));
        byte[] second = leg.Seal(2);
        leg.Receive(PlainLeg.Home, second);
        Assert.Equal(DropReason.SrtpReplayed, leg.Receive(PlainLeg.Elsewhere, second));
        Assert.Equal(PlainLeg.Home, leg.Transport.Session.Remote);
        leg.Receive(PlainLeg.Elsewhere, leg.Seal(3));
        Assert.Equal(PlainLeg.Elsewhere, leg.Transport.Session.Remote);
        Assert.True(leg.Transport.TryDequeueRemovedAddress(out TransportAddress removed));
        Assert.Equal(PlainLeg.Home, removed);
        Assert.False(leg.Transport.TryDequeueRemovedAddress(out _));
    }

    [Fact]
    public void A_given_address_stays()
    {
        using var leg = new PlainLeg(remote: PlainLeg.Home);
        Assert.True(leg.Transport.IsConnected);
        Assert.False(leg.Transport.LearnsRemote);
        leg.Receive(PlainLeg.Elsewhere, leg.Seal(1));
        Assert.Equal(PlainLeg.Home, leg.Transport.Session.Remote);
    }

    [Fact]
    public void Without_keys_packets_are_taken_and_sent_as_they_are()
    {
        using var leg = new PlainLeg(SrtpProfile.None, PlainLeg.Home);
        Router.Consume(leg.Transport.Session, leg.Transport.Session, withAudio: true, withVideo: false);
        Assert.Equal(DropReason.None, leg.Receive(PlainLeg.Home, leg.Seal(1)));
        Assert.Equal(DropReason.None, leg.Receive(PlainLeg.Home, leg.SealReport()));
        (TransportAddress remote, byte[] packet) = Assert.Single(leg.Sent());
        Assert.Equal(PlainLeg.Home, remote);
        Assert.Equal([1, 2, 3], packet[12..]);
        Assert.Equal([0, 0, 0x90, 1], packet[8..12]);
        leg.Now += 2 * Second;
        leg.Transport.HandleTimeout(leg.Now);
        Assert.Equal(200, Assert.Single(leg.Sent()).Packet[1]);
    }

    [Fact]
    public void Without_keys_there_is_nothing_to_learn_an_address_by() =>
        Assert.Throws<InvalidOperationException>(() => new PlainLeg(SrtpProfile.None));

    [Fact]
    public void A_silent_peer_ends_the_leg_only_if_a_time_was_given()
    {
        using var patient = new PlainLeg(remote: PlainLeg.Home);
        patient.Transport.HandleTimeout(patient.Now + TimeSpan.FromDays(1));
        Assert.Equal(CloseReason.None, patient.Transport.CloseReason);

        using var leg = new PlainLeg(remote: PlainLeg.Home, timeout: 5 * Second);
        leg.Now += 4 * Second;
        leg.Receive(PlainLeg.Home, leg.Seal(1));
        leg.Now += Second;
        leg.Transport.HandleTimeout(leg.Now);
        Assert.Equal(CloseReason.None, leg.Transport.CloseReason);
        leg.Now += 3 * Second;
        byte[] forged = leg.Seal(2);
        forged[^1] ^= 1;
        leg.Receive(PlainLeg.Home, forged);
        leg.Now += Second;
        leg.Transport.HandleTimeout(leg.Now);
        Assert.Equal(CloseReason.IdleTimeout, leg.Transport.CloseReason);
        Assert.Equal(Instant.Never, leg.Transport.NextTimeout);
    }

    [Fact]
    public void The_timer_is_set_for_the_silence_even_before_the_address_is_known()
    {
        using var leg = new PlainLeg(timeout: 5 * Second);
        Assert.Equal(leg.Now + (5 * Second), leg.Transport.NextTimeout);
    }

    [Fact]
    public void Closing_keeps_the_first_reason_gives_the_address_up_and_takes_nothing_more()
    {
        var leg = new PlainLeg();
        leg.Receive(PlainLeg.Home, leg.Seal(1));
        Transport transport = leg.Transport;
        transport.Close(CloseReason.Draining);
        transport.Close(CloseReason.Requested);
        Assert.Equal(CloseReason.Draining, transport.CloseReason);
        Assert.True(transport.TryDequeueRemovedAddress(out TransportAddress removed));
        Assert.Equal(PlainLeg.Home, removed);
        Assert.Equal(DropReason.SrtpNoKeys, leg.Receive(PlainLeg.Home, leg.Seal(2)));
        leg.Dispose();
    }
}
