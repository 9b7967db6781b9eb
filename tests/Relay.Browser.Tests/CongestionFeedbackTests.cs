using System.Globalization;

namespace Relay.Browser.Tests;

/// <summary>A real sender's bandwidth estimator, fed by the relay alone and by its partner through the relay.</summary>
public sealed class CongestionFeedbackTests(Browsers browsers)
{
    // Where Chromium's estimate begins without any feedback.
    private const double StartBitsPerSecond = 300_000;

    [Fact]
    public Task The_estimate_grows_before_there_is_a_partner_and_goes_on_with_each() => Scene.PlayAsync(browsers, [], async scene =>
    {
        Participant red = await scene.OpenAsync(Tint.Red);
        await red.EnterAsync("video");
        await WaitForEstimateAsync(red, 2 * StartBitsPerSecond);
        Assert.True(await red.Page.EvaluateAsync<bool>("relayProbe.hasTransportCc()"));
        double alone = (await red.OutboundAsync()).AvailableBitsPerSecond;

        Participant green = await scene.OpenAsync(Tint.Green);
        await green.EnterAsync("video");
        await red.WaitToSeeAsync(Tint.Green);
        await green.WaitToSeeAsync(Tint.Red);
        double joined = (await red.OutboundAsync()).AvailableBitsPerSecond;
        // The test pictures take little, and an estimate does not go far above what is sent.
        await WaitForEstimateAsync(red, 1.3 * StartBitsPerSecond);
        await WaitForEstimateAsync(green, 1.3 * StartBitsPerSecond);
        await green.WaitForFullSizeAsync();

        Participant blue = await scene.OpenAsync(Tint.Blue);
        await blue.EnterAsync("video");
        await blue.WaitForMessageAsync("queued");
        Outbound before = await red.OutboundAsync();
        await red.NextAsync();
        await blue.WaitToSeeAsync(Tint.Red);
        Outbound after = await red.OutboundAsync();
        Report.Line(string.Create(CultureInfo.InvariantCulture,
            $"estimate: alone {alone / 1000:F0} kbit/s, paired {joined / 1000:F0}, before next {before.AvailableBitsPerSecond / 1000:F0}, after next {after.AvailableBitsPerSecond / 1000:F0}; round trip {after.RoundTripSeconds * 1000:F1} ms, loss {after.FractionLost:P1}"));
        Assert.True(joined > alone / 2, $"the partner's coming took {alone} to {joined}");
        Assert.True(
            after.AvailableBitsPerSecond > before.AvailableBitsPerSecond / 2,
            $"the partner's going took {before.AvailableBitsPerSecond} to {after.AvailableBitsPerSecond}");
        Assert.InRange(after.FractionLost, 0, 0.1);
    });

    private static Task WaitForEstimateAsync(Participant who, double bitsPerSecond) => who.WaitUntilAsync(
        "async least => (await relayProbe.outbound()).availableBitsPerSecond > least", bitsPerSecond);
}
