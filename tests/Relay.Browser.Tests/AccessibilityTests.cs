namespace Relay.Browser.Tests;

/// <summary>The page by keyboard and for screen readers.</summary>
public sealed class AccessibilityTests(Browsers browsers)
{
    /// <summary>Controls without a name, ids used twice, heading order, landmarks, live regions; empty when all is well.</summary>
    private const string Audit = """
        () => {
          const found = [];
          const visible = (el) => el.checkVisibility();
          const name = (el) => (el.getAttribute('aria-label') ?? el.labels?.[0]?.textContent ?? el.textContent ?? '').trim();
          for (const el of document.querySelectorAll('button, a[href], input, select, textarea, summary, [role=meter], [role=log], [role=group], video')) {
            const text = el.tagName === 'VIDEO' ? el.getAttribute('aria-label') : name(el);
            if (visible(el) && !text) { found.push('no name: ' + el.outerHTML.slice(0, 80)); }
          }
          for (const img of document.querySelectorAll('img:not([alt])')) { found.push('no alt: ' + img.outerHTML); }
          for (const svg of document.querySelectorAll('svg')) {
            if (!svg.closest('[aria-hidden=true]')) { found.push('svg is read out: ' + svg.outerHTML.slice(0, 80)); }
          }
          const ids = [...document.querySelectorAll('[id]')].map((el) => el.id);
          ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => found.push('id twice: ' + id));
          const headings = [...document.querySelectorAll('h1')].filter(visible);
          if (headings.length !== 1) { found.push('h1 count: ' + headings.length); }
          for (const landmark of ['header', 'main']) {
            if (document.querySelectorAll(landmark).length !== 1) { found.push('landmark: ' + landmark); }
          }
          for (const el of document.querySelectorAll('button, select, textarea, summary, label.mode')) {
            const box = el.getBoundingClientRect();
            if (visible(el) && (box.height < 24 || box.width < 24)) { found.push('small target: ' + el.outerHTML.slice(0, 60)); }
          }
          for (const el of document.querySelectorAll('[style]')) {
            if (el.matches('[onclick], [onload]')) { found.push('inline handler'); }
          }
          if (!document.documentElement.lang) { found.push('no lang'); }
          if (document.documentElement.scrollWidth > innerWidth) { found.push('scrolls sideways'); }
          return found;
        }
        """;

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(360, 640)]
    [InlineData(740, 360)]
    public Task Every_view_has_names_landmarks_and_targets_of_a_fair_size(int width, int height) => Scene.PlayAsync(browsers, [], async scene =>
    {
        Participant red = await scene.OpenAsync(Tint.Red);
        await red.Page.SetViewportSizeAsync(width, height);
        await AssertCleanAsync(red);
        await red.StartAsync("video");
        await red.Page.WaitForSelectorAsync("#begin-button:enabled");
        await AssertCleanAsync(red);
        await red.Page.Locator("#begin-button").ClickAsync();
        await red.WaitForPhaseAsync("waiting");
        await AssertCleanAsync(red);
        Participant green = await scene.OpenAsync(Tint.Green);
        await green.EnterAsync("video");
        await red.WaitForPhaseAsync("talking");
        await AssertCleanAsync(red);
        await green.EndAsync();
        await red.WaitForPhaseAsync("ended");
        await AssertCleanAsync(red);
        Assert.Equal("polite", await red.Page.Locator("#chat-log").GetAttributeAsync("aria-live"));
        Assert.Equal("status", await red.Page.Locator("#status").GetAttributeAsync("role"));
        Assert.Contains("The stranger has left", await red.Page.Locator("#status").TextContentAsync(), StringComparison.Ordinal);
    });

    [Fact]
    public Task A_visit_works_by_keyboard_alone() => Scene.PlayAsync(browsers, [], async scene =>
    {
        Participant red = await scene.OpenAsync(Tint.Red);
        Participant green = await scene.OpenAsync(Tint.Green);
        foreach (Participant participant in new[] { red, green })
        {
            await participant.Page.Locator("#mode-video").FocusAsync();
            await participant.Page.Keyboard.PressAsync("ArrowUp");
            await participant.Page.Keyboard.PressAsync("ArrowUp");
            Assert.True(await participant.Page.Locator("#mode-text").IsCheckedAsync());
            await participant.Page.Keyboard.PressAsync("Enter");
        }

        await red.WaitForPhaseAsync("talking");
        await green.WaitForPhaseAsync("talking");
        Assert.Equal("chat-input", await red.Page.EvaluateAsync<string>("document.activeElement.id"));
        await red.Page.Keyboard.TypeAsync("by keyboard");
        await red.Page.Keyboard.PressAsync("Enter");
        await green.WaitForChatAsync("by keyboard");
        await green.Page.Keyboard.PressAsync("Escape");
        await green.WaitForPhaseAsync("waiting");
        await red.WaitForPhaseAsync("ended");
        Assert.Equal("next-button", await red.Page.EvaluateAsync<string>("document.activeElement.id"));
        await red.Page.Keyboard.PressAsync("Enter");
        await red.WaitForPhaseAsync("talking");
        await green.WaitForPhaseAsync("talking");
    });

    private static async Task AssertCleanAsync(Participant who) => Assert.Empty(await who.Page.EvaluateAsync<string[]>(Audit));
}
