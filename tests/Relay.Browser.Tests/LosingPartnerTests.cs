namespace Relay.Browser.Tests;

public sealed class LosingPartnerTests(Browsers browsers)
{
    private const string Gone = """{"t":"partner.gone"}""";
    private static readonly (string Key, string Value)[] ShortResume = [("Pairing:ResumeSeconds", "2")];

    [Theory]
    [InlineData("video")]
    [InlineData("text")]
    public Task A_reload_frees_the_partner_and_the_reloaded_page_meets_others(string mode) =>
        LoseAsync(mode, (_, red, _) => red.Page.ReloadAsync(), async (red, blue) =>
        {
            await red.EnterAsync(mode);
            await blue.NextAsync();
            await red.WaitForPhaseAsync("talking");
            await blue.WaitForPhaseAsync("talking");
            await VideoPair.AssertWritesAsync(red, blue);
        });

    [Theory]
    [InlineData("video")]
    [InlineData("text")]
    public Task A_closed_tab_frees_the_partner(string mode) => LoseAsync(mode, async (scene, red, _) =>
    {
        scene.Forget(red);
        await red.DisposeAsync();
    });

    [Theory]
    [InlineData("video")]
    [InlineData("text")]
    public Task A_socket_that_stays_lost_frees_the_partner(string mode) => LoseAsync(mode, async (_, red, wire) =>
    {
        wire.Cut(forGood: true);
        await red.Page.WaitForSelectorAsync("#view-problem:not([hidden])");
    });

    [Theory]
    [InlineData("video")]
    [InlineData("text")]
    public Task End_frees_the_partner(string mode) => LoseAsync(mode, (_, red, _) => red.EndAsync());

    [Fact]
    public Task A_socket_that_comes_back_in_time_keeps_the_pair() => Scene.PlayAsync(browsers, [], async scene =>
    {
        (Participant red, Participant green, TcpProxy wire) = await PairOverWireAsync(scene, "video");
        await red.WaitToSeeAsync(Tint.Green);
        await red.RememberConnectionAsync();
        int heard = await red.MessageCountAsync();
        wire.Cut(forGood: false);
        await red.WaitForMessageAsync("welcome", heard);
        await red.Page.WaitForSelectorAsync("#link:not(.bad)");
        await VideoPair.AssertWritesAsync(red, green);
        await VideoPair.AssertWritesAsync(green, red);
        ConnectionTrace trace = await red.ConnectionAsync();
        Assert.True(trace is { SamePeer: true, SameDtls: true, Posts: 1, Offers: 1 }, trace.ToString());
        Assert.Empty(await green.TextsAsync("partner.gone"));
        await red.WaitToSeeAsync(Tint.Green);
    });

    /// <summary>Red and green talk; red is lost in some way. Green must learn it in the one form there is, and meet blue.</summary>
    private Task LoseAsync(string mode, Func<Scene, Participant, TcpProxy, Task> lose, Func<Participant, Participant, Task>? then = null) =>
        Scene.PlayAsync(browsers, ShortResume, async scene =>
        {
            (Participant red, Participant green, TcpProxy wire) = await PairOverWireAsync(scene, mode);
            await lose(scene, red, wire);
            await green.WaitForPhaseAsync("ended");
            Assert.Equal([Gone], await green.TextsAsync("partner.gone"));

            Participant blue = await scene.OpenAsync(Tint.Blue);
            await green.NextAsync();
            await blue.EnterAsync(mode);
            await green.WaitForPhaseAsync("talking");
            await blue.WaitForPhaseAsync("talking");
            await VideoPair.AssertWritesAsync(green, blue);
            await VideoPair.AssertWritesAsync(blue, green);
            if (mode is "video")
            {
                await green.WaitToSeeAsync(Tint.Blue);
                await blue.WaitToSeeAsync(Tint.Green);
            }

            if (then is not null)
            {
                await then(red, blue);
            }
        });

    private static async Task<(Participant Red, Participant Green, TcpProxy Wire)> PairOverWireAsync(Scene scene, string mode)
    {
        TcpProxy wire = scene.Own(new TcpProxy(scene.Relay.BaseAddress));
        Participant red = await scene.OpenAsync(Tint.Red, wire.Address);
        Participant green = await scene.OpenAsync(Tint.Green);
        await red.EnterAsync(mode);
        await green.EnterAsync(mode);
        await red.WaitForPhaseAsync("talking");
        await green.WaitForPhaseAsync("talking");
        return (red, green, wire);
    }
}
