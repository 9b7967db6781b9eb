using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Host.Admin;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Admin;

public class PlainClaimsTests
{
    private readonly PlainClaims _claims = new();

    [Fact]
    public void An_address_and_a_learned_ssrc_lead_to_one_leg_until_it_is_gone()
    {
        _claims.Add(new LegId(0, 1, 1), Fixed(5));
        _claims.Add(new LegId(0, 2, 1), Learned(10));
        Assert.Equal((0, "remote"), _claims.FindConflict([Fixed(5)]));
        Assert.Equal((1, "ssrc"), _claims.FindConflict([Fixed(6), Learned(10)]));
        Assert.Null(_claims.FindConflict([Fixed(6), Learned(20)]));
        _claims.Remove(new LegId(0, 1, 1));
        _claims.Remove(new LegId(0, 2, 1));
        _claims.Remove(new LegId(0, 3, 1));
        Assert.Null(_claims.FindConflict([Fixed(5), Learned(10)]));
    }

    [Fact]
    public void Legs_of_one_request_may_not_claim_the_same() =>
        Assert.Equal((1, "ssrc"), _claims.FindConflict([Learned(10), Learned(10)]));

    [Fact]
    public void Legs_with_given_addresses_may_have_equal_ssrcs()
    {
        TransportParameters other = Fixed(6);
        other.Audio.RemoteSsrc = 1;
        Assert.Null(_claims.FindConflict([Fixed(5), other, Learned(1)]));
    }

    private static TransportParameters Fixed(ushort port)
    {
        TransportParameters parameters = Learned(1);
        parameters.Plain.Remote = TransportAddress.FromIPv4(1, port);
        return parameters;
    }

    private static TransportParameters Learned(uint ssrc) => new() { Audio = new MediaParameters { RemoteSsrc = ssrc } };
}
