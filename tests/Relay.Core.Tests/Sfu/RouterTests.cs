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
    public void One_producer_feeds_many_and_each_hears_one_of_a_kind()
    {
        Router.Consume(_b.Session, _a.Session, withAudio: true, withVideo: true);
        Router.Consume(_c.Session, _a.Session, withAudio: true, withVideo: false);
        Assert.Equal(2, _a.Session.AudioProducer.ConsumerCount);
        Assert.Equal(1, _a.Session.VideoProducer.ConsumerCount);
        Router.Consume(_c.Session, _b.Session, withAudio: false, withVideo: true);
        Assert.Same(_a.Session.AudioProducer, _c.Session.AudioConsumer.Source);
        Assert.Same(_b.Session.VideoProducer, _c.Session.VideoConsumer.Source);
        Router.Consume(_c.Session, _b.Session, withAudio: true, withVideo: false);
        Assert.Equal(1, _a.Session.AudioProducer.ConsumerCount);
        Assert.Null(_a.Session.AudioConsumer.Source);
    }

    [Fact]
    public void To_consume_once_more_what_is_heard_already_does_not_interrupt()
    {
        Router.Consume(_b.Session, _a.Session, withAudio: false, withVideo: true);
        _a.SendVideo(1, keyframe: true);
        Router.Consume(_b.Session, _a.Session, withAudio: true, withVideo: true);
        _a.SendVideo(2);
        Assert.Equal(2, _b.Sequences(SfuLeg.Vp8).Count);
    }

    [Fact]
    public void To_stop_consuming_leaves_what_is_heard_of_others()
    {
        Router.Consume(_c.Session, _a.Session, withAudio: true, withVideo: true);
        Router.StopConsuming(_c.Session, _b.Session, withAudio: true, withVideo: true);
        Assert.NotNull(_c.Session.AudioConsumer.Source);
        Router.StopConsuming(_c.Session, _a.Session, withAudio: true, withVideo: false);
        Assert.Null(_c.Session.AudioConsumer.Source);
        Assert.NotNull(_c.Session.VideoConsumer.Source);
        Router.StopConsuming(_c.Session, _a.Session, withAudio: false, withVideo: true);
        Assert.Null(_c.Session.VideoConsumer.Source);
    }

    [Fact]
    public void Who_consumes_leaves_its_pair()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        Router.Consume(_a.Session, _c.Session, withAudio: true, withVideo: false);
        Assert.Null(_b.Session.Partner);
        Assert.Null(_b.Session.VideoConsumer.Source);
        Assert.Same(_c.Session.AudioProducer, _a.Session.AudioConsumer.Source);
    }

    [Fact]
    public void Who_leaves_is_heard_by_nobody_and_hears_nobody()
    {
        Router.Consume(_b.Session, _a.Session, withAudio: true, withVideo: true);
        Router.Consume(_c.Session, _a.Session, withAudio: true, withVideo: true);
        Router.Consume(_a.Session, _c.Session, withAudio: true, withVideo: true);
        Router.Consume(_a.Session, _a.Session, withAudio: true, withVideo: false);
        Router.Leave(_a.Session);
        foreach (SfuLeg leg in new[] { _a, _b, _c })
        {
            Assert.Null(leg.Session.AudioConsumer.Source);
            Assert.Null(leg.Session.VideoConsumer.Source);
            Assert.Equal(0, leg.Session.AudioProducer.ConsumerCount);
            Assert.Equal(0, leg.Session.VideoProducer.ConsumerCount);
        }
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
