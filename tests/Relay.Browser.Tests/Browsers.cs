using System.Collections.Concurrent;
using Microsoft.Playwright;
using Relay.Testing;

[assembly: AssemblyFixture(typeof(Relay.Browser.Tests.Browsers))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Relay.Browser.Tests;

/// <summary>
/// One Chromium per tint for the whole run: a fake camera belongs to a browser process, not to a page. Set
/// CHROMIUM_PATH to use another browser than /usr/bin/chromium.
/// </summary>
public sealed class Browsers : IAsyncLifetime
{
    private readonly ConcurrentDictionary<Tint, Task<IBrowser>> _browsers = new();
    private readonly SelfSignedCertificate _certificate = new();
    private FakeMedia? _media;
    private IPlaywright? _playwright;

    /// <summary>What a relay must show for these browsers to believe its TLS.</summary>
    public SelfSignedCertificate Certificate => _certificate;

    public async ValueTask InitializeAsync()
    {
        _media = new FakeMedia();
        _playwright = await Playwright.CreateAsync();
    }

    /// <summary>The browser with this fake camera and microphone; both are granted without asking.</summary>
    public Task<IBrowser> WithCameraAsync(Tint tint) => _browsers.GetOrAdd(tint, t => LaunchAsync(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        $"--use-file-for-fake-video-capture={_media!.VideoPath(t)}",
        $"--use-file-for-fake-audio-capture={_media.AudioPath(t)}",
        $"--ignore-certificate-errors-spki-list={_certificate.KeyHash}"));

    /// <summary>A browser of its own with the given switches; the caller closes it.</summary>
    public Task<IBrowser> LaunchAsync(params string[] switches) => _playwright!.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM_PATH") ?? "/usr/bin/chromium",
        Args = ["--no-sandbox", "--disable-dev-shm-usage", .. switches],
    });

    public async ValueTask DisposeAsync()
    {
        foreach (Task<IBrowser> browser in _browsers.Values)
        {
            await (await browser).CloseAsync();
        }

        _playwright?.Dispose();
        _media?.Dispose();
        _certificate.Dispose();
    }
}
