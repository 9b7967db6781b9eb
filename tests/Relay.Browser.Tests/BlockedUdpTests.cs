using Microsoft.Playwright;
using Relay.Testing;
using Relay.Testing.Network;

namespace Relay.Browser.Tests;

/// <summary>
/// Somebody behind a firewall that drops all UDP, in a network namespace. Where there can be none, the page plays the firewall:
/// it does not learn of the relay's UDP candidates.
/// </summary>
public sealed class BlockedUdpTests(Browsers browsers)
{
    private const int RelayHost = 0;
    private const int Seed = 11;

    private static readonly TimeSpan SomeTime = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task One_behind_a_firewall_talks_over_ice_tcp_with_one_on_plain_udp()
    {
        if (NetworkNamespaces.MissingReason is { } reason)
        {
            Report.Line($"no firewall: {reason}; UDP candidates are taken out of the answer instead");
            await PlayWithoutFirewallAsync();
            return;
        }

        using var hosts = new NetworkNamespaces(4, Seed);
        var blocked = new LinkProfile("no UDP") { BlocksUdp = true };
        hosts.Change(HostOf(Tint.Red), blocked, blocked);
        string address = NetworkNamespaces.Address(RelayHost).ToString();
        Task<RelayFixture> starting = RelayFixture.StartInNamespaceAsync(
            NetworkNamespaces.Name(RelayHost),
            ("Http:Listen", $"http://{address}:8080"),
            ("Media:BindAddress", address),
            ("Turn:Listen:0", $"tcp://{address}:3478"));
        using IPlaywright playwright = await Playwright.CreateAsync();
        using var media = new FakeMedia();
        await Scene.PlayAsync(browsers, starting, scene => TalkAsync(async tint =>
        {
            BrowserHost host = scene.Own(await BrowserHost.StartAsync(
                playwright, HostOf(tint), scene.Relay.BaseAddress, media.VideoPath(tint), media.AudioPath(tint)));
            return await scene.OpenInAsync(host.Browser, tint);
        }));
        Assert.True(hosts.Take(HostOf(Tint.Red)).Up.Blocked > 0, "the browser never tried UDP");
    }

    private Task PlayWithoutFirewallAsync() => Scene.PlayAsync(
        browsers,
        [("Turn:Listen:0", $"tcp://127.0.0.1:{FreePort.Take()}")],
        scene => TalkAsync(tint => scene.OpenAsync(tint, way: tint == Tint.Red ? MediaWay.IceTcp : MediaWay.Udp)));

    private static async Task TalkAsync(Func<Tint, Task<Participant>> openAsync)
    {
        Participant red = await openAsync(Tint.Red);
        Participant green = await openAsync(Tint.Green);
        await red.EnterAsync("video");
        await green.EnterAsync("video");
        await VideoPair.AssertTalksAsync(red, green, SomeTime);
        Assert.Equal(MediaPath.Tcp, await red.MediaPathAsync());
        await green.WaitForPathAsync(MediaPath.Udp);
        Participant blue = await openAsync(Tint.Blue);
        await blue.EnterAsync("video");
        await blue.WaitForMessageAsync("queued");
        await red.RememberConnectionAsync();
        ConnectionTrace before = await red.ConnectionAsync();
        await NextPartnerTests.SwitchAsync(red, green, blue);
        Assert.Equal(before, await red.ConnectionAsync());
    }

    private static int HostOf(Tint tint) => RelayHost + 1 + (int)tint;
}
