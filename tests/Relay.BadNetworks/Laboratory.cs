using Microsoft.Playwright;
using Relay.Browser.Tests;
using Relay.Testing;
using Relay.Testing.Network;

namespace Relay.BadNetworks;

/// <summary>A relay and browsers, each a host of a small network of its own.</summary>
public sealed class Laboratory : IAsyncDisposable
{
    private const int RelayHost = 0;
    private const int Seed = 7;

    private readonly NetworkNamespaces _hosts;
    private readonly List<BrowserHost> _browsers = [];
    private readonly FakeMedia _media = new();
    private IPlaywright? _playwright;
    private RelayFixture? _relay;

    private Laboratory(NetworkNamespaces hosts) => _hosts = hosts;

    public Uri Origin => _relay!.BaseAddress;

    public string RelayOutput => _relay!.Output;

    /// <summary>Starts everything.</summary>
    /// <param name="bench">Whose line says so when nothing can be measured.</param>
    /// <param name="videoPaths">What the camera of each browser shows.</param>
    /// <exception cref="InvalidOperationException">Network namespaces cannot be made here.</exception>
    public static async Task<Laboratory> StartAsync(string bench, params Func<FakeMedia, string>[] videoPaths)
    {
        if (NetworkNamespaces.MissingReason is { } reason)
        {
            Report.Line($"{bench}: nothing measured, {reason} (bar: it runs) fail");
            throw new InvalidOperationException(reason);
        }

        var laboratory = new Laboratory(new NetworkNamespaces(videoPaths.Length + 1, Seed));
        try
        {
            string address = NetworkNamespaces.Address(RelayHost).ToString();
            laboratory._relay = await RelayFixture.StartInNamespaceAsync(
                NetworkNamespaces.Name(RelayHost), ("Http:Listen", $"http://{address}:8080"), ("Media:BindAddress", address));
            laboratory._playwright = await Playwright.CreateAsync();
            for (int i = 0; i < videoPaths.Length; i++)
            {
                FakeMedia media = laboratory._media;
                laboratory._browsers.Add(await BrowserHost.StartAsync(
                    laboratory._playwright, i + 1, laboratory.Origin, videoPaths[i](media), media.AudioPath((Tint)(i % 3))));
            }

            return laboratory;
        }
        catch
        {
            await laboratory.DisposeAsync();
            throw;
        }
    }

    public IBrowser Browser(int number) => _browsers[number].Browser;

    /// <summary>Changes the access link of a browser.</summary>
    public void Change(int browser, LinkProfile up, LinkProfile down) => _hosts.Change(browser + 1, up, down);

    /// <summary>What the access link of a browser has done since the last call.</summary>
    public (LinkCounters Up, LinkCounters Down) Take(int browser) => _hosts.Take(browser + 1);

    public async ValueTask DisposeAsync()
    {
        foreach (BrowserHost browser in _browsers)
        {
            await browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }

        _media.Dispose();
        _hosts.Dispose();
    }
}
