namespace Relay.Browser.Tests;

public sealed class VideoPairTests(Browsers browsers)
{
    private static readonly TimeSpan BarTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortTime = TimeSpan.FromSeconds(3);

    [Fact]
    public Task Two_strangers_see_hear_and_write_to_each_other() => Scene.PlayAsync(browsers, [], async scene =>
    {
        (Participant red, Participant green) = await scene.PairAsync("video");
        await VideoPair.AssertTalksAsync(red, green, BarTime);
        Assert.Empty(red.Complaints);
        Assert.Empty(green.Complaints);
    });

    [Theory]
    [InlineData("AES128_CM_SHA1_80", "AES128_CM")]
    [InlineData("AEAD_AES_128_GCM", "AEAD_AES_128_GCM")]
    [InlineData("AEAD_AES_256_GCM", "AEAD_AES_256_GCM")]
    public Task A_pair_talks_with_one_srtp_profile_alone(string profile, string cipher) =>
        Scene.PlayAsync(browsers, [("Media:SrtpProfiles:0", profile)], async scene =>
        {
            (Participant red, Participant green) = await scene.PairAsync("video");
            await VideoPair.AssertTalksAsync(red, green, ShortTime);
            Assert.Contains(cipher, (await red.InboundAsync()).SrtpCipher, StringComparison.Ordinal);
            Assert.Contains(cipher, (await green.InboundAsync()).SrtpCipher, StringComparison.Ordinal);
        });

    [Fact]
    public Task A_pair_talks_on_a_relay_with_two_workers() => Scene.PlayAsync(browsers, [("Media:Workers", "2")], async scene =>
    {
        (Participant red, Participant green) = await scene.PairAsync("video");
        await VideoPair.AssertTalksAsync(red, green, BarTime);
    });

    [Fact]
    public Task Strangers_on_different_workers_are_brought_together_by_a_fresh_offer() =>
        Scene.PlayAsync(browsers, [("Media:Workers", "2"), ("Media:LegsPerWorkerTarget", "2"), ("Pairing:RenewAfterSeconds", "1")], async scene =>
        {
            // Red and green fill the first worker, blue waits on the second.
            (Participant red, Participant green) = await scene.PairAsync("video");
            Participant blue = await scene.OpenAsync(Tint.Blue);
            await blue.EnterAsync("video");
            await green.EndAsync();
            await green.Page.Locator("#end-button").ClickAsync(); // Leave
            await red.WaitForPhaseAsync("ended");
            await red.NextAsync();
            await red.WaitForPhaseAsync("talking");
            await VideoPair.AssertTalksAsync(red, blue, ShortTime);
            int posts = (await red.ConnectionAsync()).Posts + (await blue.ConnectionAsync()).Posts;
            Assert.Equal(3, posts);
        });

    [Fact]
    public Task An_ice_restart_keeps_the_pair_and_the_picture() => Scene.PlayAsync(browsers, [], async scene =>
    {
        (Participant red, Participant green) = await scene.PairAsync("video");
        await red.WaitToSeeAsync(green.Tint);
        await red.RememberConnectionAsync();
        string ufrag = await RemoteUfragAsync(red);

        // The page believes that its connection failed, and repairs it.
        await red.Page.EvaluateAsync("""
            () => {
              const pc = relayProbe.peers.at(-1).pc;
              Object.defineProperty(pc, 'iceConnectionState', { get: () => 'failed', configurable: true });
              pc.dispatchEvent(new Event('iceconnectionstatechange'));
              delete pc.iceConnectionState;
            }
            """);
        await red.WaitUntilAsync("before => !relayProbe.peers.at(-1).pc.remoteDescription.sdp.includes(before)", ufrag);
        Inbound before = await red.InboundAsync();
        await red.WaitUntilAsync("async count => (await relayProbe.inbound()).framesDecoded > count + 60", before.FramesDecoded);

        ConnectionTrace trace = await red.ConnectionAsync();
        Assert.True(trace.SamePeer && trace.SameDtls);
        Assert.Equal("connected", trace.DtlsState);
        Assert.Equal(1, trace.Posts);
        Assert.Empty(await green.TextsAsync("partner.gone"));
        await VideoPair.AssertWritesAsync(red, green);
    });

    private static Task<string> RemoteUfragAsync(Participant who) =>
        who.Page.EvaluateAsync<string>("relayProbe.peers.at(-1).pc.remoteDescription.sdp.match(/a=ice-ufrag:\\S+/)[0]");
}
