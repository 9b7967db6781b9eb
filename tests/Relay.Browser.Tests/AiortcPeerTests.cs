using System.Diagnostics;
using System.Text.Json;

namespace Relay.Browser.Tests;

/// <summary>A client that shares no code with the browser: Debian's python3-aiortc, driven by aiortc_peer.py.</summary>
public sealed class AiortcPeerTests(Browsers browsers)
{
    private const int Seconds = 8;

    [Fact]
    public Task An_aiortc_peer_and_a_browser_see_hear_and_write_to_each_other() => Scene.PlayAsync(browsers, [], async scene =>
    {
        Participant red = await scene.OpenAsync(Tint.Red);
        await red.EnterAsync("video");
        await red.WaitForMessageAsync("queued");
        Task<string> peer = RunPeerAsync(scene.Relay.BaseAddress);

        Task paired = red.WaitForPhaseAsync("talking");
        if (await Task.WhenAny(paired, peer) == peer)
        {
            Assert.Fail("The peer ended early:\n" + await peer);
        }

        await paired;
        await red.WaitForChatAsync("hello from aiortc");
        await red.SayAsync("hello from the browser");
        await red.WaitToSeeAsync(Tint.Blue);
        Inbound before = await red.InboundAsync();
        await red.WaitToHearAsync(before.AudioEnergy);
        await red.WaitUntilAsync("async count => (await relayProbe.inbound()).framesDecoded > count + 40", before.FramesDecoded);
        Inbound after = await red.InboundAsync();
        Assert.Equal((FakeMedia.Width, FakeMedia.Height), (after.Width, after.Height));

        string output = await peer;
        string line = output.Split('\n').LastOrDefault(l => l.Contains("\"result\"", StringComparison.Ordinal)) ?? throw new InvalidOperationException(output);
        JsonElement result = JsonDocument.Parse(line).RootElement;
        int frames = result.GetProperty("frames").GetInt32();
        int[] rgb = [.. result.GetProperty("rgb").EnumerateArray().Select(v => v.GetInt32())];
        Report.Line($"aiortc decodes {frames} frames in {Seconds} s, colour {string.Join(',', rgb)}, audio energy {result.GetProperty("energy").GetDouble():F1}");
        Assert.True(frames > Seconds * 15, output);
        Assert.True(rgb[0] > rgb[1] + 50 && rgb[0] > rgb[2] + 50, output);
        Assert.True(result.GetProperty("energy").GetDouble() > 1, output);
        Assert.Contains("hello from the browser", result.GetProperty("texts").EnumerateArray().Select(t => t.GetString()), StringComparer.Ordinal);

        await red.WaitForPhaseAsync("ended");
        Assert.Equal(["""{"t":"partner.gone"}"""], await red.TextsAsync("partner.gone"));
    });

    private static async Task<string> RunPeerAsync(Uri relay)
    {
        var start = new ProcessStartInfo("/usr/bin/python3") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[] { Path.Combine(AppContext.BaseDirectory, "aiortc_peer.py"), relay.AbsoluteUri, "--seconds", $"{Seconds}" })
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        return await output + await errors;
    }
}
