using Relay.Core.Pairing;
using Relay.Host.Api;
using Relay.Host.Configuration;
using Relay.Host.Turn;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Api;

public sealed class LegPlacementTests
{
    private readonly FakeMediaPlane _media = new();
    private readonly RelayOptions _options = new() { Turn = { OfferUdp = true } };
    private readonly ClientSession _session = new("id", default, ModeSet.All, default);

    [Fact]
    public void A_session_stays_on_the_worker_that_its_turn_servers_lead_to()
    {
        LegPlacement placement = Create();
        _media.NextWorker = 2;
        Assert.Contains(":40002", Assert.Single(placement.Settle(_session)).Urls[0], StringComparison.Ordinal);
        _media.NextWorker = 0;

        Assert.Equal(2, placement.OpenLeg(_session, null, "offer").Leg.Worker);
    }

    [Fact]
    public void Who_is_asked_to_move_is_told_of_turn_there_and_stays_there()
    {
        LegPlacement placement = Create();
        placement.Settle(_session);

        Assert.Contains(":40003", Assert.Single(placement.Settle(_session, 3)).Urls[0], StringComparison.Ordinal);
        Assert.Equal(3, placement.OpenLeg(_session, 3, "offer").Leg.Worker);
        Assert.Equal(3, placement.OpenLeg(_session, null, "offer").Leg.Worker);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Without_turn_each_leg_goes_where_it_is_due(bool isEnabled, bool offersUdp)
    {
        (_options.Turn.Enabled, _options.Turn.OfferUdp) = (isEnabled, offersUdp);
        LegPlacement placement = Create();
        Assert.Empty(placement.Settle(_session));
        Assert.Empty(placement.Settle(_session, 3));
        foreach (int worker in (int[])[1, 0])
        {
            _media.NextWorker = worker;
            Assert.Equal(worker, placement.OpenLeg(_session, null, "offer").Leg.Worker);
        }
    }

    [Fact]
    public void A_full_worker_is_left_for_another_but_not_by_who_was_asked_to_move_there()
    {
        LegPlacement placement = Create();
        placement.Settle(_session);
        _media.FullWorker = 0;
        Assert.Equal(MediaProblem.Overloaded, placement.OpenLeg(_session, null, "offer").Problem);
        _media.NextWorker = 1;

        Assert.Equal(1, placement.OpenLeg(_session, null, "offer").Leg.Worker);
        Assert.Equal(MediaProblem.Overloaded, placement.OpenLeg(_session, 0, "offer").Problem);
    }

    private LegPlacement Create() => new(_media, new TurnIceServers(_options, _media, new HostClock(new ManualTime())));
}
