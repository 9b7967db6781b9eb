using System.Globalization;

namespace Relay.Browser.Tests;

/// <summary>What two people in video mode must be able to do.</summary>
internal static class VideoPair
{
    public const int FramesPerSecondMin = 20;

    /// <summary>Each sees the other's colour at full size and rate for the time, hears the other, and can write.</summary>
    public static async Task AssertTalksAsync(Participant first, Participant second, TimeSpan time)
    {
        await first.WaitToSeeAsync(second.Tint);
        await second.WaitToSeeAsync(first.Tint);
        // A sender may begin smaller while it learns what its link takes.
        await first.WaitForFullSizeAsync();
        await second.WaitForFullSizeAsync();
        Inbound firstBefore = await first.InboundAsync();
        Inbound secondBefore = await second.InboundAsync();
        await Task.Delay(time); // the bar is a rate over a time
        await AssertSawAsync(first, second, firstBefore);
        await AssertSawAsync(second, first, secondBefore);
        await AssertHearsAsync(first, second);
        await AssertHearsAsync(second, first);
        await AssertWritesAsync(first, second);
        await AssertWritesAsync(second, first);
    }

    public static async Task AssertWritesAsync(Participant from, Participant to)
    {
        string text = $"hello from {from.Name} <b>&amp; https://example.com/{Guid.NewGuid():N}";
        await from.SayAsync(text);
        await to.WaitForChatAsync(text);
    }

    /// <summary>The sound that arrives is the other's beep, not one's own and not a third one's.</summary>
    public static async Task AssertHearsAsync(Participant who, Participant other)
    {
        await who.WaitToHearAsync((await who.InboundAsync()).AudioEnergy);
        double hz = await who.ToneAsync();
        Assert.InRange(hz, FakeMedia.ToneHz(other.Tint) - 60, FakeMedia.ToneHz(other.Tint) + 60);
    }

    private static async Task AssertSawAsync(Participant who, Participant other, Inbound before)
    {
        Inbound after = await who.InboundAsync();
        double seconds = (after.At - before.At) / 1000;
        double rate = (after.FramesDecoded - before.FramesDecoded) / seconds;
        Report.Line(string.Create(CultureInfo.InvariantCulture,
            $"{who.Name} sees {other.Name}: {after.Width}x{after.Height} {rate:F1} frames/s for {seconds:F0} s (bar: 640x480, >= {FramesPerSecondMin}) {after.SrtpCipher}"));
        // On a machine that does all of it a sender may get smaller for a moment; it must come back.
        await who.WaitForFullSizeAsync();
        Assert.True(rate >= FramesPerSecondMin, $"{who.Name} decodes {rate:F1} frames/s");
        Assert.Equal(0, await who.CountOtherFramesAsync(other.Tint, before.At));
    }
}
