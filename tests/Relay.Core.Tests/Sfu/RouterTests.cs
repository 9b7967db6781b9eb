using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class RouterTests : IDisposable
{
    private readonly SfuNetwork _network = new();
    private readonly SfuLeg _a;
    private readonly SfuLeg _b;
    private readonly SfuLeg _c;

    public RouterTests()
    {
        _a = _network.AddLeg();
        _b = _network.AddLeg();
        _c = _network.AddLeg();
    }

    public void Dispose() => _network.Dispose();

    [Fact]
    public void A_pair_hears_each_other_and_nobody_else()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        Assert.Same(_b.Session, _a.Session.Partner);
        Assert.Same(_a.Session, _b.Session.Partner);
        Assert.Same(_b.Session.VideoProducer, _a.Session.VideoConsumer.Source);
        Assert.Same(_a.Session.AudioProducer, _b.Session.AudioConsumer.Source);
        Assert.Null(_c.Session.Partner);
    }

    [Fact]
    public void A_new_partner_takes_the_place_of_the_old_one_on_all_sides()
    {
        SfuLeg d = _network.AddLeg();
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        Router.Connect(_c.Session, d.Session, withVideo: true);
        Router.Connect(_a.Session, d.Session, withVideo: true);
        Assert.Same(d.Session, _a.Session.Partner);
        foreach (SfuLeg left in new[] { _b, _c })
        {
            Assert.Null(left.Session.Partner);
            Assert.Null(left.Session.AudioConsumer.Source);
            Assert.Null(left.Session.VideoConsumer.Source);
        }
    }

    [Fact]
    public void Without_video_only_audio_is_joined()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: false);
        Assert.NotNull(_a.Session.AudioConsumer.Source);
        Assert.Null(_a.Session.VideoConsumer.Source);
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        Assert.NotNull(_a.Session.VideoConsumer.Source);
        Router.Connect(_a.Session, _b.Session, withVideo: false);
        Assert.Null(_b.Session.VideoConsumer.Source);
    }

    [Fact]
    public void To_disconnect_a_session_without_a_partner_does_nothing()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        Router.Disconnect(_c.Session);
        Assert.Same(_b.Session, _a.Session.Partner);
        Router.Disconnect(_b.Session);
        Router.Disconnect(_b.Session);
        Assert.Null(_a.Session.Partner);
        Assert.Null(_a.Session.AudioConsumer.Source);
    }
}
