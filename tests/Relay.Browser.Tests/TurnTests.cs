using System.Globalization;
using Relay.Testing;

namespace Relay.Browser.Tests;

/// <summary>People whose media reaches the relay through its own TURN server, or over TCP.</summary>
public sealed class TurnTests(Browsers browsers)
{
    private const int Rounds = 5;

    // Browsers and relay share the processors, which only ever makes a switch longer.
    private const double NextRatioMax = 1.5;

    private static readonly TimeSpan ShortTime = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData("TURN/UDP")]
    [InlineData("TURN/TCP")]
    [InlineData("TURN/TLS")]
    public Task One_who_must_use_turn_talks_with_one_on_plain_udp(string name) => PlayAsync(async scene =>
    {
        MediaWay way = new[] { MediaWay.TurnUdp, MediaWay.TurnTcp, MediaWay.TurnTls }
            .Single(w => w.Name.Equals(name, StringComparison.Ordinal));
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

    [Fact]
    public Task Next_takes_no_longer_through_turn() => PlayAsync(async scene =>
    {
        Participant partner = await scene.OpenAsync(Tint.Green, way: MediaWay.Udp);
        Participant waiting = await scene.OpenAsync(Tint.Blue, way: MediaWay.Udp);
        await partner.EnterAsync("video");
        Participant red = await scene.OpenAsync(Tint.Red, way: MediaWay.Udp);
        await red.EnterAsync("video");
        await red.WaitToSeeAsync(partner.Tint);
        await waiting.EnterAsync("video");
        await waiting.WaitForMessageAsync("queued");
        var plain = new List<double>();
        var measured = new List<(MediaWay Way, List<double> Frames, double RoundTrip)>();
        MediaWay[] ways = [MediaWay.Udp, MediaWay.TurnUdp, MediaWay.TurnTcp, MediaWay.TurnTls, MediaWay.IceTcp, MediaWay.Udp];
        foreach (MediaWay way in ways)
        {
            (red, partner, waiting) = await ReplaceAsync(scene, red, way, partner, waiting);
            ConnectionTrace before = await red.ConnectionAsync();
            var frames = new List<double>();
            for (int round = 0; round < Rounds; round++)
            {
                frames.Add(await NextPartnerTests.SwitchAsync(red, partner, waiting));
                (partner, waiting) = (waiting, partner);
            }

            Assert.Equal(way.Path, await red.MediaPathAsync());
            Assert.Equal(before, await red.ConnectionAsync());
            if (way == MediaWay.Udp)
            {
                plain.AddRange(frames);
            }
            else
            {
                measured.Add((way, frames, await red.RoundTripMillisecondsAsync()));
            }
        }

        Judge(Quantile(plain, 0.5), measured);
    });

    /// <summary>Red leaves and comes back another way, to the one who waits; the partner left waits then.</summary>
    private static async Task<(Participant Red, Participant Partner, Participant Waiting)> ReplaceAsync(
        Scene scene, Participant red, MediaWay way, Participant partner, Participant waiting)
    {
        int heard = await partner.MessageCountAsync();
        scene.Forget(red);
        await red.DisposeAsync();
        await partner.WaitForMessageAsync("partner.gone", heard);
        Participant next = await scene.OpenAsync(red.Tint, way: way);
        await next.EnterAsync("video");
        await next.WaitToSeeAsync(waiting.Tint);
        await waiting.WaitToSeeAsync(next.Tint);
        await next.WaitForPathAsync(way.Path);
        await next.RememberConnectionAsync();
        await partner.NextAsync();
        await partner.WaitForMessageAsync("queued", heard);
        return (next, waiting, partner);
    }

    /// <summary>
    /// The better switches of no way may take longer than UDP's median by more than noise, a round trip, and the wait for the
    /// camera's next frame.
    /// </summary>
    private static void Judge(double plain, IReadOnlyList<(MediaWay Way, List<double> Frames, double RoundTrip)> measured)
    {
        var slow = new List<string>();
        foreach ((MediaWay way, List<double> frames, double roundTrip) in measured)
        {
            double most = (NextRatioMax * plain) + roundTrip + (1000.0 / FakeMedia.FramesPerSecond);
            double quartile = Quantile(frames, 0.25);
            string verdict = quartile <= most ? "pass" : "fail";
            string line = string.Create(CultureInfo.InvariantCulture,
                $"next over {way}: lower quartile {quartile:F0} ms, median {Quantile(frames, 0.5):F0} ms "
                + $"(bar: quartile <= {most:F0}; over UDP median {plain:F0}, round trip {roundTrip:F0}) {verdict}");
            Report.Line(line);
            if (quartile > most)
            {
                slow.Add(line);
            }
        }

        Assert.Empty(slow);
    }

    private static double Quantile(List<double> values, double share) =>
        values.Order().ElementAt((int)(share * (values.Count - 1)));

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
