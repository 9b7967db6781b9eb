using Microsoft.Playwright;
using Relay.Testing;

namespace Relay.Browser.Tests;

/// <summary>A relay and the people in front of it. A failing test says what each of them saw.</summary>
public sealed class Scene : IAsyncDisposable
{
    private readonly Browsers _browsers;
    private readonly List<Participant> _participants = [];
    private readonly List<IAsyncDisposable> _others = [];

    private Scene(Browsers browsers, RelayFixture relay)
    {
        _browsers = browsers;
        Relay = relay;
    }

    public RelayFixture Relay { get; }

    /// <summary>Runs a test against a fresh relay.</summary>
    /// <param name="browsers">The run's browsers.</param>
    /// <param name="options">Options of the relay, such as ("Media:Workers", "2").</param>
    /// <param name="test">What happens.</param>
    public static Task PlayAsync(Browsers browsers, (string Key, string Value)[] options, Func<Scene, Task> test) =>
        PlayAsync(browsers, RelayFixture.StartAsync(options), test);

    /// <summary>Runs a test against a relay that is started some other way; it ends with the test.</summary>
    public static async Task PlayAsync(Browsers browsers, Task<RelayFixture> starting, Func<Scene, Task> test)
    {
        await using var scene = new Scene(browsers, await starting);
        try
        {
            await test(scene);
        }
        catch (Exception)
        {
            foreach (Participant participant in scene._participants)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(await participant.DescribeAsync());
            }

            TestContext.Current.TestOutputHelper?.WriteLine("--- relay\n" + scene.Relay.Output);
            throw;
        }
    }

    /// <summary>Opens the demo page in the browser with the tint's camera.</summary>
    /// <param name="tint">Whose camera.</param>
    /// <param name="address">Where the page is; null for the relay itself.</param>
    /// <param name="way">The only way that media may take; null for whichever is best.</param>
    public async Task<Participant> OpenAsync(Tint tint, Uri? address = null, MediaWay? way = null) =>
        Keep(await Participant.OpenAsync(tint.ToString(), tint, await _browsers.WithCameraAsync(tint), address ?? Relay.BaseAddress, way));

    /// <summary>Opens the demo page in a browser of its own with the given switches.</summary>
    public async Task<Participant> OpenInAsync(params string[] switches)
    {
        IBrowser browser = await _browsers.LaunchAsync(switches);
        _others.Add(browser);
        return Keep(await Participant.OpenAsync("own browser", Tint.Red, browser, Relay.BaseAddress));
    }

    /// <summary>Opens the demo page in a browser that shows the tint's camera.</summary>
    public async Task<Participant> OpenInAsync(IBrowser browser, Tint tint) =>
        Keep(await Participant.OpenAsync(tint.ToString(), tint, browser, Relay.BaseAddress));

    /// <summary>Two people who talk with each other.</summary>
    public async Task<(Participant Red, Participant Green)> PairAsync(string mode)
    {
        Participant red = await OpenAsync(Tint.Red);
        Participant green = await OpenAsync(Tint.Green);
        await red.EnterAsync(mode);
        await green.EnterAsync(mode);
        await red.WaitForPhaseAsync("talking");
        await green.WaitForPhaseAsync("talking");
        return (red, green);
    }

    public void Forget(Participant participant) => _participants.Remove(participant);

    /// <summary>Something else that ends with the scene.</summary>
    public T Own<T>(T thing)
        where T : IAsyncDisposable
    {
        _others.Add(thing);
        return thing;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Participant participant in _participants)
        {
            await participant.DisposeAsync();
        }

        foreach (IAsyncDisposable other in _others)
        {
            await other.DisposeAsync();
        }

        await Relay.DisposeAsync();
    }

    private Participant Keep(Participant participant)
    {
        _participants.Add(participant);
        return participant;
    }
}
