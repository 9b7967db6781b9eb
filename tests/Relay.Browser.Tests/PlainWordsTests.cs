using Microsoft.Playwright;

namespace Relay.Browser.Tests;

/// <summary>What people read when something is in the way, and the way out of it.</summary>
public sealed class PlainWordsTests(Browsers browsers)
{
    [Fact]
    public Task A_refused_camera_is_told_and_text_is_offered() => Scene.PlayAsync(browsers, [], async scene =>
    {
        Participant red = await scene.OpenInAsync("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream=deny");
        await red.StartAsync("video");
        await AssertProblemAsync(red, "The browser may not use your camera or microphone");
        await red.Page.GetByRole(AriaRole.Button, new() { Name = "Use text instead" }).ClickAsync();
        await red.WaitForPhaseAsync("waiting");
    });

    [Fact]
    public Task A_missing_camera_is_told() => Scene.PlayAsync(browsers, [], async scene =>
    {
        Participant red = await scene.OpenInAsync("--use-fake-device-for-media-stream=device-count=0", "--use-fake-ui-for-media-stream");
        await red.StartAsync("video");
        await AssertProblemAsync(red, "No camera or microphone was found");
    });

    [Fact]
    public Task A_relay_that_is_away_is_told_and_trying_again_works() => Scene.PlayAsync(browsers, [], async scene =>
    {
        Participant red = await scene.OpenAsync(Tint.Red);
        await red.Page.RouteAsync("**/v1/sessions", route => route.AbortAsync("connectionrefused"));
        await red.StartAsync("text");
        await AssertProblemAsync(red, "The relay cannot be reached");
        await red.Page.UnrouteAllAsync();
        await red.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await red.WaitForPhaseAsync("waiting");
    });

    [Fact]
    public Task Trying_again_keeps_the_camera() => Scene.PlayAsync(browsers, [], async scene =>
    {
        Participant red = await scene.OpenAsync(Tint.Red);
        await red.Page.RouteAsync("**/v1/sessions", route => route.AbortAsync("connectionrefused"));
        await red.StartAsync("video");
        await red.Page.Locator("#begin-button").ClickAsync();
        await AssertProblemAsync(red, "The relay cannot be reached");
        await red.Page.UnrouteAllAsync();
        await red.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await red.WaitForMessageAsync("queued");
        Participant green = await scene.OpenAsync(Tint.Green);
        await green.EnterAsync("video");
        await green.WaitToSeeAsync(Tint.Red);
    });

    [Fact]
    public Task A_second_start_too_fast_is_told_with_the_time_to_wait() =>
        Scene.PlayAsync(browsers, [("Limits:SessionsPerSourceBurst", "1"), ("Limits:SessionsPerSourcePerMinute", "1")], async scene =>
        {
            Participant red = await scene.OpenAsync(Tint.Red);
            await red.EnterAsync("text");
            Participant green = await scene.OpenAsync(Tint.Green);
            await green.StartAsync("text");
            await AssertProblemAsync(green, "That was a little fast");
            Assert.Matches("About [0-9]+ seconds", await green.Page.Locator("#problem-text").TextContentAsync());
        });

    private static async Task AssertProblemAsync(Participant who, string title)
    {
        await who.Page.GetByRole(AriaRole.Heading, new() { Name = title }).WaitForAsync();
        Assert.Equal("problem-title", await who.Page.EvaluateAsync<string>("document.activeElement.id"));
    }
}
