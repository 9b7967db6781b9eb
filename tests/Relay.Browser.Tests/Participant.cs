using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Relay.Browser.Tests;

/// <summary>What has arrived at a page so far.</summary>
/// <param name="AudioEnergy">Grows while something is heard (totalAudioEnergy of W3C webrtc-stats).</param>
/// <param name="At">Milliseconds on the page's clock.</param>
public sealed record Inbound(
    double AudioEnergy, double AudioLevel, long AudioBytes, int FramesDecoded, int KeyFrames, int Width, int Height, double At, string? SrtpCipher);

/// <summary>What a page's bandwidth estimator believes, and what it is told of its video.</summary>
/// <param name="AvailableBitsPerSecond">availableOutgoingBitrate of W3C webrtc-stats.</param>
public sealed record Outbound(double AvailableBitsPerSecond, double FractionLost, double RoundTripSeconds);

/// <summary>What must stay the same when the partner changes.</summary>
public sealed record ConnectionTrace(
    int Peers, int Posts, int Offers, int Answers, int Tracks, bool SamePeer, bool SameDtls, bool SameIce, string DtlsState, string SignalingState, string? Pair);

/// <summary>
/// From the sent <c>next</c> to the answer, to the arrival of the new partner's first frame and to its showing, and how long
/// decoding took, in milliseconds.
/// </summary>
public sealed record NextTimes(double Frame, double Paired, double Received, double Decoding)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"paired after {Paired:F0} ms, first frame arrived after {Received:F0} ms, shown after {Frame:F0} ms (decoding {Decoding:F0})");
}

/// <summary>A person in front of the demo page: one browser context, one page.</summary>
public sealed class Participant : IAsyncDisposable
{
    public const float WaitMilliseconds = 20_000;
    private const int PollMilliseconds = 20;

    // Small, because without a GPU each shown frame is drawn by the same two cores that encode and decode.
    private static readonly ViewportSize Viewport = new() { Width = 840, Height = 600 };
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private readonly ConcurrentQueue<string> _console = new();
    private readonly IBrowserContext _context;

    private Participant(string name, Tint tint, IBrowserContext context, IPage page)
    {
        Name = name;
        Tint = tint;
        _context = context;
        Page = page;
        page.Console += (_, message) => _console.Enqueue($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => _console.Enqueue("page error: " + error);
        page.SetDefaultTimeout(WaitMilliseconds);
    }

    public string Name { get; }

    public Tint Tint { get; }

    public IPage Page { get; }

    /// <summary>Console lines that no healthy page writes.</summary>
    public IReadOnlyList<string> Complaints => [.. _console.Where(line => line.StartsWith("page error", StringComparison.Ordinal) || line.StartsWith("error", StringComparison.Ordinal))];

    public static async Task<Participant> OpenAsync(string name, Tint tint, IBrowser browser, Uri relay, MediaWay? way = null)
    {
        IBrowserContext context = await browser.NewContextAsync(new() { ViewportSize = Viewport });
        // One script, because the order of several is not defined.
        await context.AddInitScriptAsync((way?.Script ?? string.Empty) + await ReadScriptAsync("way.js") + await ReadScriptAsync("probe.js"));
        IPage page = await context.NewPageAsync();
        var participant = new Participant(name, tint, context, page);
        await page.GotoAsync(relay.AbsoluteUri);
        return participant;
    }

    private static Task<string> ReadScriptAsync(string name) => File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, name));

    /// <summary>From the start page to the queue: picks the mode, looks at the preview, goes.</summary>
    public async Task EnterAsync(string mode)
    {
        await StartAsync(mode);
        if (mode is not "text")
        {
            await Page.Locator("#begin-button").ClickAsync();
        }

        await WaitUntilAsync("['waiting', 'talking'].includes(document.body.dataset.phase)");
    }

    public async Task StartAsync(string mode)
    {
        await Page.Locator($"label.mode:has(#mode-{mode})").ClickAsync();
        await Page.Locator("#start-button").ClickAsync();
    }

    public Task WaitForPhaseAsync(string phase) => Page.WaitForSelectorAsync($"body[data-phase='{phase}']", new() { State = WaitForSelectorState.Attached });

    /// <summary>Waits until the socket has heard the message after having sent or heard this many messages.</summary>
    public Task WaitForMessageAsync(string type, int after = 0) => WaitUntilAsync(
        "([type, after]) => relayProbe.messages.slice(after).some((m) => !m.out && m.t === type)", new object[] { type, after });

    public Task<int> MessageCountAsync() => Page.EvaluateAsync<int>("relayProbe.messages.length");

    public Task<string[]> TextsAsync(string type) => Page.EvaluateAsync<string[]>(
        "type => relayProbe.messages.filter((m) => !m.out && m.t === type).map((m) => m.text)", type);

    public Task NextAsync() => Page.Keyboard.PressAsync("Escape");

    public Task EndAsync() => Page.Locator("#end-button").ClickAsync();

    public async Task SayAsync(string text)
    {
        await Page.Locator("#chat-input").FillAsync(text);
        await Page.Locator("#chat-input").PressAsync("Enter");
    }

    public Task WaitForChatAsync(string text) => WaitUntilAsync(
        "text => [...document.querySelectorAll('#chat-log .theirs')].some((line) => line.textContent.includes(text))", text);

    /// <summary>Waits until the last frame that was shown has the partner's colour.</summary>
    public Task WaitToSeeAsync(Tint tint) => WaitUntilAsync(
        "colour => relayProbe.frames.length > 0 && relayProbe.isColour(relayProbe.frames.at(-1).rgb, colour)", (int)tint);

    /// <summary>How many of the frames shown since the given time (page clock) did not have the colour.</summary>
    public Task<int> CountOtherFramesAsync(Tint tint, double since) => Page.EvaluateAsync<int>(
        "([colour, since]) => relayProbe.frames.filter((f) => f.at >= since && !relayProbe.isColour(f.rgb, colour)).length", new object[] { (int)tint, since });

    public Task WaitToHearAsync(double moreThanEnergy) => WaitUntilAsync(
        "async energy => (await relayProbe.inbound()).audioEnergy > energy", moreThanEnergy);

    public Task WaitForFullSizeAsync() => WaitUntilAsync(
        "async width => (await relayProbe.inbound()).width === width", FakeMedia.Width);

    /// <summary>The strongest frequency that arrives within a second, in Hz.</summary>
    public async Task<double> ToneAsync() => (await ReadAsync<JsonElement>("relayProbe.tone()")).GetProperty("hz").GetDouble();

    public Task<Inbound> InboundAsync() => ReadAsync<Inbound>("relayProbe.inbound()");

    public Task<Outbound> OutboundAsync() => ReadAsync<Outbound>("relayProbe.outbound()");

    public Task<ConnectionTrace> ConnectionAsync() => ReadAsync<ConnectionTrace>("relayProbe.connection()");

    /// <summary>The way that media takes; null before one is chosen.</summary>
    public Task<MediaPath?> MediaPathAsync() => ReadAsync<MediaPath?>("relayProbe.path()");

    /// <summary>Waits until media takes this way; ICE may begin with another one that was there first.</summary>
    public async Task WaitForPathAsync(MediaPath path)
    {
        var clock = Stopwatch.StartNew();
        while (await MediaPathAsync() is var taken && taken != path)
        {
            Assert.True(clock.ElapsedMilliseconds < WaitMilliseconds, $"{Name} is on {taken}, not on {path}");
            await Task.Delay(PollMilliseconds);
        }
    }

    /// <summary>The selected pair's last check, there and back.</summary>
    public async Task<double> RoundTripMillisecondsAsync() =>
        (await ReadAsync<JsonElement>("relayProbe.path()")).GetProperty("roundTripMilliseconds").GetDouble();

    /// <summary>From now on <see cref="ConnectionAsync"/> says whether these are still the same objects.</summary>
    public Task RememberConnectionAsync() => Page.EvaluateAsync("relayProbe.remember()");

    public async Task<NextTimes> NextTimesAsync(Tint tint)
    {
        await WaitUntilAsync("colour => relayProbe.nextToFrame(colour) !== null", (int)tint);
        return await ReadAsync<NextTimes>(string.Create(CultureInfo.InvariantCulture, $"relayProbe.nextToFrame({(int)tint})"));
    }

    /// <summary>Everything that helps to understand a failure.</summary>
    public async Task<string> DescribeAsync()
    {
        string dump;
        try
        {
            dump = await Page.EvaluateAsync<string>("relayProbe.dump().then((d) => JSON.stringify(d, null, 1))").WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            dump = "no dump: " + e.Message;
        }

        return $"--- {Name} ({Tint}) at {Page.Url}\nconsole:\n{string.Join('\n', _console)}\n{dump}\n";
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();

    /// <summary>
    /// Asks until the JavaScript says true. Not Playwright's own waiting: that evaluates strings inside the page, which the
    /// page's Content-Security-Policy forbids.
    /// </summary>
    public async Task WaitUntilAsync(string expression, object? argument = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await Page.EvaluateAsync<bool>(expression, argument))
        {
            if (clock.ElapsedMilliseconds > WaitMilliseconds)
            {
                throw new TimeoutException($"{Name} waited in vain until {expression} ({argument})");
            }

            await Task.Delay(PollMilliseconds);
        }
    }

    private async Task<T> ReadAsync<T>(string expression)
    {
        string json = await Page.EvaluateAsync<string>($"Promise.resolve({expression}).then((value) => JSON.stringify(value))");
        return JsonSerializer.Deserialize<T>(json, Web)!;
    }
}
