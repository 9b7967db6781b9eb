using Relay.Testing;

namespace Relay.Browser.Tests;

/// <summary>People whose media reaches the relay through its own TURN server, or over TCP.</summary>
public sealed class TurnTests(Browsers browsers)
{
    private static readonly TimeSpan ShortTime = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData("TURN/UDP")]
    [InlineData("TURN/TCP")]
    [InlineData("TURN/TLS")]
    public Task One_who_must_use_turn_talks_with_one_on_plain_udp(string name) => PlayAsync(async scene =>
    {
        var way = MediaWay.Named(name);
        Participant red = await scene.OpenAsync(Tint.Red, way: way);
        Participant green = await scene.OpenAsync(Tint.Green, way: MediaWay.Udp);
        await red.EnterAsync("video");
        await green.EnterAsync("video");
        await VideoPair.AssertTalksAsync(red, green, ShortTime);
        Assert.Equal(way.Path, await red.MediaPathAsync());
        await green.WaitForPathAsync(MediaPath.Udp);
        Assert.Empty(red.Complaints);
    });

    [Fact]
    public Task Who_may_take_any_way_takes_udp() => PlayAsync(
        async scene =>
        {
            Participant red = await scene.OpenAsync(Tint.Red);
            await red.EnterAsync("video");
            await red.WaitForPathAsync(MediaPath.Udp);
        },
        offersUdp: false);

    [Theory]
    [InlineData("TURN/UDP")]
    [InlineData("TURN/TCP")]
    [InlineData("TURN/TLS")]
    [InlineData("ICE-TCP")]
    public Task Next_takes_no_longer_than_over_plain_udp(string name) =>
        PlayAsync(scene => NextComparison.RunAsync(scene, MediaWay.Named(name)));

    private Task PlayAsync(Func<Scene, Task> test, bool offersUdp = true) => Scene.PlayAsync(
        browsers,
        [
            ("Turn:Listen:0", $"tcp://127.0.0.1:{FreePort.Take()}"),
            ("Turn:OfferUdp", offersUdp ? "true" : "false"),
            ("Tls:CertificateFile", browsers.Certificate.CertificatePath),
            ("Tls:KeyFile", browsers.Certificate.KeyPath),
        ],
        test);
}
