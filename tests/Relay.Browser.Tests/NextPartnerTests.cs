using System.Globalization;

namespace Relay.Browser.Tests;

public sealed class NextPartnerTests(Browsers browsers)
{
    private const int Rounds = 10;
    private const double BarMilliseconds = 150;

    [Fact]
    public Task Next_shows_another_stranger_on_the_same_connection() => Scene.PlayAsync(browsers, [], async scene =>
    {
        (Participant red, Participant green) = await scene.PairAsync("video");
        await red.WaitToSeeAsync(Tint.Green);
        await green.WaitToSeeAsync(Tint.Red);
        Participant blue = await scene.OpenAsync(Tint.Blue);
        await blue.EnterAsync("video");
        await blue.WaitForMessageAsync("queued");
        foreach (Participant participant in new[] { red, green, blue })
        {
            await participant.RememberConnectionAsync();
        }

        ConnectionTrace before = await red.ConnectionAsync();
        var frames = new List<double>();
        (Participant partner, Participant waiting) = (green, blue);
        for (int round = 0; round < Rounds; round++)
        {
            frames.Add((await SwitchAsync(red, partner, waiting)).Frame);
            (partner, waiting) = (waiting, partner);
        }

        Assert.Equal(before, await red.ConnectionAsync());
        Assert.True(before is { Peers: 1, Posts: 1, Offers: 1, Answers: 1, SignalingState: "stable", DtlsState: "connected" }, before.ToString());
        await VideoPair.AssertHearsAsync(red, partner);
        await VideoPair.AssertWritesAsync(partner, red);
        PrintMedian(frames);
    });

    /// <summary>Red leaves its partner for the one who waits; the one left asks for the next as well, and waits.</summary>
    internal static async Task<NextTimes> SwitchAsync(Participant red, Participant partner, Participant waiting)
    {
        int heard = await partner.MessageCountAsync();
        int waitingHeard = await waiting.MessageCountAsync();
        await red.NextAsync();
        NextTimes times = await red.NextTimesAsync(waiting.Tint);
        await waiting.WaitToSeeAsync(red.Tint);
        await partner.WaitForMessageAsync("partner.gone", heard);
        Assert.Equal("ended", await partner.Page.EvaluateAsync<string>("document.body.dataset.phase"));
        await waiting.WaitForMessageAsync("paired", waitingHeard == 0 ? 0 : waitingHeard - 1);
        await red.WaitUntilAsync("document.getElementById('stage').classList.contains('live')");
        await partner.NextAsync();
        await partner.WaitForMessageAsync("queued", heard);
        Report.Line($"  next to {waiting.Name}: {times}");
        return times;
    }

    private static void PrintMedian(List<double> frames)
    {
        frames.Sort();
        double median = (frames[(Rounds - 1) / 2] + frames[Rounds / 2]) / 2;
        string verdict = median <= BarMilliseconds ? "pass" : "fail";
        Report.Line(string.Create(CultureInfo.InvariantCulture, $"next: {median:F0} ms (bar: <= {BarMilliseconds:F0}) {verdict}"));
    }
}
