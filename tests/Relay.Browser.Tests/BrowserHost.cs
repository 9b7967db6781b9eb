using Microsoft.Playwright;
using Relay.Testing.Network;

namespace Relay.Browser.Tests;

/// <summary>A Chromium with a fake camera inside a network namespace.</summary>
public sealed class BrowserHost : IAsyncDisposable
{
    private readonly DirectoryInfo _directory;

    private BrowserHost(IBrowser browser, DirectoryInfo directory)
    {
        Browser = browser;
        _directory = directory;
    }

    public IBrowser Browser { get; }

    /// <summary>Starts it.</summary>
    /// <param name="playwright">Who drives it, through pipes.</param>
    /// <param name="host">The number of the namespace.</param>
    /// <param name="origin">The page's origin, to be trusted like https.</param>
    /// <param name="videoPath">What the camera shows.</param>
    /// <param name="audioPath">What the microphone plays.</param>
    public static async Task<BrowserHost> StartAsync(IPlaywright playwright, int host, Uri origin, string videoPath, string audioPath)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("relay-browser-");
        string program = Path.Combine(directory.FullName, "chromium");
        string chromium = Environment.GetEnvironmentVariable("CHROMIUM_PATH") ?? "/usr/bin/chromium";
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec ip netns exec {NetworkNamespaces.Name(host)} {chromium} \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args =
            [
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                $"--use-file-for-fake-video-capture={videoPath}",
                $"--use-file-for-fake-audio-capture={audioPath}",
                $"--unsafely-treat-insecure-origin-as-secure={origin.GetLeftPart(UriPartial.Authority)}",
            ],
        });
        return new BrowserHost(browser, directory);
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.CloseAsync();
        _directory.Delete(recursive: true);
    }
}
