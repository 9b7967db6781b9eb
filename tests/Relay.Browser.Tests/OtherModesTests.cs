namespace Relay.Browser.Tests;

public sealed class OtherModesTests(Browsers browsers)
{
    [Fact]
    public Task Text_mode_pairs_without_any_media() => Scene.PlayAsync(browsers, [], async scene =>
    {
        (Participant red, Participant green) = await scene.PairAsync("text");
        await VideoPair.AssertWritesAsync(red, green);
        await VideoPair.AssertWritesAsync(green, red);
        Assert.Equal(0, await red.Page.EvaluateAsync<int>("relayProbe.peers.length"));
        Assert.Null(await red.Page.EvaluateAsync<object?>("document.getElementById('self-video').srcObject"));
    });

    [Fact]
    public Task Typing_is_told_and_ends_with_the_message() => Scene.PlayAsync(browsers, [], async scene =>
    {
        (Participant red, Participant green) = await scene.PairAsync("text");
        await red.Page.Locator("#chat-input").PressSequentiallyAsync("hm");
        await green.Page.WaitForSelectorAsync("#typing:not(:empty)");
        await red.Page.Locator("#chat-input").PressAsync("Enter");
        await green.WaitForChatAsync("hm");
        await green.Page.WaitForSelectorAsync("#typing:empty", new() { State = Microsoft.Playwright.WaitForSelectorState.Attached });
    });

    [Fact]
    public Task Chat_is_shown_as_plain_text() => Scene.PlayAsync(browsers, [], async scene =>
    {
        const string Text = "<img src=x onerror=alert(1)> https://example.com javascript:alert(1)";
        (Participant red, Participant green) = await scene.PairAsync("text");
        await red.SayAsync(Text);
        await green.WaitForChatAsync(Text);
        Assert.Equal(0, await green.Page.Locator("#chat-log a, #chat-log img").CountAsync());
    });

    [Fact]
    public Task Voice_mode_pairs_and_each_hears_the_other() => Scene.PlayAsync(browsers, [], async scene =>
    {
        (Participant red, Participant green) = await scene.PairAsync("voice");
        await VideoPair.AssertHearsAsync(red, green);
        await VideoPair.AssertHearsAsync(green, red);
        await VideoPair.AssertWritesAsync(red, green);
        Assert.Empty(red.Complaints);
    });

    [Fact]
    public Task A_muted_microphone_is_silent_for_the_partner() => Scene.PlayAsync(browsers, [], async scene =>
    {
        (Participant red, Participant green) = await scene.PairAsync("voice");
        await green.WaitToHearAsync(0);
        await red.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Mute microphone" }).ClickAsync();
        await green.WaitUntilAsync("async () => (await relayProbe.inbound()).audioLevel < 0.001");
        double silent = (await green.InboundAsync()).AudioEnergy;
        await red.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Unmute microphone" }).ClickAsync();
        await green.WaitToHearAsync(silent + 0.001);
    });

    [Fact]
    public Task A_stranger_waits_only_for_somebody_in_the_same_mode() => Scene.PlayAsync(browsers, [], async scene =>
    {
        Participant red = await scene.OpenAsync(Tint.Red);
        await red.EnterAsync("voice");
        await red.WaitForMessageAsync("queued");
        Participant green = await scene.OpenAsync(Tint.Green);
        await green.EnterAsync("text");
        await green.WaitForMessageAsync("queued");
        Participant blue = await scene.OpenAsync(Tint.Blue);
        await blue.EnterAsync("text");
        await green.WaitForPhaseAsync("talking");
        Assert.Equal("waiting", await red.Page.EvaluateAsync<string>("document.body.dataset.phase"));
    });
}
