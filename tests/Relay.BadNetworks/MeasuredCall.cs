using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;

namespace Relay.BadNetworks;

/// <summary>How two browsers are connected.</summary>
public enum Way
{
    /// <summary>Through the relay.</summary>
    Relay,

    /// <summary>Straight from browser to browser over the same links.</summary>
    Direct,
}

/// <summary>
/// A call between the two browsers of a laboratory, both sending; the first one's picture is what is measured at the second.
/// </summary>
public sealed class MeasuredCall : IAsyncDisposable
{
    private const int Sender = 0;
    private const int Receiver = 1;
    private const int ConnectMilliseconds = 30_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(500);
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    // Small, because without a GPU each shown frame is drawn by the cores that encode and decode.
    private const string PageText = "<!doctype html><video id=remote autoplay muted playsinline width=160></video>";

    private readonly Laboratory _laboratory;
    private readonly List<IPage> _pages = [];

    private MeasuredCall(Laboratory laboratory) => _laboratory = laboratory;

    /// <summary>Connects the two, and returns once each has shown the other's picture.</summary>
    public static async Task<MeasuredCall> OpenAsync(Laboratory laboratory, Way way)
    {
        var call = new MeasuredCall(laboratory);
        try
        {
            laboratory.Change(Sender, BadNetwork.Clean, BadNetwork.Clean);
            laboratory.Change(Receiver, BadNetwork.Clean, BadNetwork.Clean);
            IPage sender = await call.AddPageAsync(Sender);
            IPage receiver = await call.AddPageAsync(Receiver);
            if (way is Way.Relay)
            {
                await sender.EvaluateAsync("call.relay()");
                await receiver.EvaluateAsync("call.relay()");
            }
            else
            {
                string offer = await sender.EvaluateAsync<string>("call.offer()");
                string answer = await receiver.EvaluateAsync<string>("offer => call.accept(offer)", offer);
                await sender.EvaluateAsync("answer => call.complete(answer)", answer);
            }

            foreach (IPage page in call._pages)
            {
                await call.WaitForPictureAsync(page);
            }

            return call;
        }
        catch
        {
            await call.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets the senders find their rates on clean links, makes the network bad, and measures for the time.</summary>
    public async Task<Measurement> MeasureAsync(BadNetwork network, TimeSpan time)
    {
        await Task.Delay(WarmUp); // a sender needs that long to trust a clean link
        double senderMark = await MarkAsync(_pages[Sender]);
        double receiverMark = await MarkAsync(_pages[Receiver]);
        _laboratory.Take(Sender);
        _laboratory.Take(Receiver);
        var links = new List<LinkSample>();
        var clock = Stopwatch.StartNew();
        double stretchEnds = 0;
        int stretch = -1;
        while (clock.Elapsed < time)
        {
            if (clock.Elapsed.TotalSeconds >= stretchEnds)
            {
                stretch = (stretch + 1) % network.Stretches.Length;
                Stretch now = network.Stretches[stretch];
                stretchEnds = now.Seconds > 0 ? clock.Elapsed.TotalSeconds + now.Seconds : double.PositiveInfinity;
                _laboratory.Change(Sender, now.Up, BadNetwork.Clean);
                _laboratory.Change(Receiver, BadNetwork.Clean, now.Down);
            }

            await Task.Delay(Sampling);
            links.Add(new LinkSample(clock.Elapsed.TotalSeconds, _laboratory.Take(Sender).Up, _laboratory.Take(Receiver).Down));
        }

        _laboratory.Change(Sender, BadNetwork.Clean, BadNetwork.Clean);
        _laboratory.Change(Receiver, BadNetwork.Clean, BadNetwork.Clean);
        SideTrace sender = await SinceAsync(_pages[Sender], senderMark);
        SideTrace receiver = await SinceAsync(_pages[Receiver], receiverMark);
        return new Measurement(clock.Elapsed.TotalSeconds, senderMark, sender, receiverMark, receiver, links);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IPage page in _pages)
        {
            await page.Context.CloseAsync();
        }
    }

    private static Task<double> MarkAsync(IPage page) => page.EvaluateAsync<double>("call.mark()");

    private static async Task<SideTrace> SinceAsync(IPage page, double mark)
    {
        await MarkAsync(page);
        string json = await page.EvaluateAsync<string>("mark => call.since(mark)", mark);
        return JsonSerializer.Deserialize<SideTrace>(json, Web)!;
    }

    private async Task<IPage> AddPageAsync(int browser)
    {
        IBrowserContext context = await _laboratory.Browser(browser).NewContextAsync(
            new() { ViewportSize = new() { Width = 320, Height = 240 }, BypassCSP = true });
        IPage page = await context.NewPageAsync();
        _pages.Add(page);
        // Any page of the relay will do to be at its origin; what is measured is put in its place.
        await page.GotoAsync(new Uri(_laboratory.Origin, "/relay-client.js").AbsoluteUri);
        await page.SetContentAsync(PageText);
        await page.AddScriptTagAsync(new() { Path = Path.Combine(AppContext.BaseDirectory, "call.js"), Type = "module" });
        return page;
    }

    private async Task WaitForPictureAsync(IPage page)
    {
        var clock = Stopwatch.StartNew();
        while (await page.EvaluateAsync<int>("call.framesShown()") == 0)
        {
            if (clock.ElapsedMilliseconds > ConnectMilliseconds)
            {
                string dumps = string.Join('\n', await Task.WhenAll(_pages.Select(p => p.EvaluateAsync<string>("call.dump()"))));
                throw new TimeoutException($"A call shows no picture.\n{dumps}\n--- relay\n{_laboratory.RelayOutput}");
            }

            await Task.Delay(50);
        }
    }
}
