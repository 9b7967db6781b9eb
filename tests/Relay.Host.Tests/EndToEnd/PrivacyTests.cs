using System.Text;
using Relay.Testing;
using Relay.Testing.Peers;
using Xunit;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>What one user can learn about another from every byte that reaches it: nothing.</summary>
[Collection(EndToEndCollection.Name)]
public class PrivacyTests
{
    // Small packets: four secret bytes are not met by chance in so little ciphertext.
    private static readonly TestPeerOptions Small = new()
    {
        CapturesReceived = true,
        UsesRandomMids = true,
        VideoPayloadBytes = 120,
        AudioPayloadBytes = 40,
        FramesPerSecond = 25,
        AudioPacketsPerSecond = 25,
    };

    [Fact]
    public async Task Nothing_of_a_peer_reaches_its_partner()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay, Small);
        await using (a)
        await using (b)
        await using (Stranger c = await Stranger.ConnectAsync(relay, Small))
        {
            // The restart changes A's credentials: the first ones are as private as the second.
            string offer = a.Peer.CreateOffer();
            IReadOnlyList<PrivateTrace> atFirst = a.Traces;
            await TalkAsync(a, b);
            await a.Peer.RestartIceAsync(a.Session);
            await a.HearsAsync(b, packets: 10);

            // A goes to C and B waits; then A leaves for good, and B meets C.
            await c.EnqueueAsync();
            await a.Socket.SendAsync("next");
            await a.Socket.WaitForAsync("paired");
            await b.Socket.WaitForAsync("partner.gone");
            await TalkAsync(a, c);
            (await a.Session.DeleteAsync()).EnsureSuccess();
            await c.Socket.WaitForAsync("partner.gone");
            await Stranger.PairAsync(b, c);
            await TalkAsync(b, c);
            await b.Api.ScrapeAsync();

            foreach ((Stranger one, Stranger other) in new[] { (a, b), (b, a), (a, c), (c, a), (b, c), (c, b) })
            {
                AssertHasAllKinds(one.Received);
                Assert.Empty(PrivateTrace.FindIn(other.Traces, one.Received));
            }

            IReadOnlyList<Captured> byPartners = [.. b.Received, .. c.Received];
            PrivateTrace[] ofA = [.. atFirst.Concat(a.Traces).DistinctBy(t => Convert.ToHexString(t.Bytes), StringComparer.Ordinal)];
            IReadOnlyList<string> found = PrivateTrace.FindIn(ofA, byPartners);
            Report.Line($"privacy: {ofA.Length} traces of A searched in {byPartners.Count} captures, {byPartners.Sum(r => r.Bytes.Length)} bytes of B and C, {found.Count} found (bar: none) {(found.Count == 0 ? "pass" : "fail")}");
            Assert.Empty(found);

            // The search is a real one: it finds each text in A's own offer, and each trace wherever it is planted.
            AssertFoundInOffer(atFirst, offer);
            AssertFoundWherePlanted(a, b.Received);
            Stranger.AssertUnnamedIn(relay, [a, b, c], "a word of A", "a word of B");
        }
    }

    [Fact]
    public async Task The_relay_prints_nothing_about_its_users()
    {
        const string Words = "nobody but my partner reads this";
        await using RelayFixture relay = await RelayFixture.StartAsync(("Limits:MessageBurst", "5"), ("Limits:MessagesPerSecond", "1"));
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay);
        await using (a)
        await using (b)
        {
            await a.HearsAsync(b);

            // Good ones, bad ones, too many, a lost socket, a refused offer, an unknown token: whatever could be worth a line.
            for (int i = 0; i < 20; i++)
            {
                await a.Socket.SendAsync("chat", new { text = Words });
            }

            await a.Socket.WaitForAsync("error", m => m.Text("code").Equals("rate_limited", StringComparison.Ordinal));
            await b.Socket.WaitForAsync("chat", m => m.Text("text").Equals(Words, StringComparison.Ordinal));
            await b.Socket.SendBytesAsync(Encoding.UTF8.GetBytes("{\"t\":\"" + Words + "\"}"));
            await b.Socket.WaitForAsync("error");
            Assert.False((await a.Session.PostMediaAsync(Words)).IsSuccess);
            Assert.False((await a.Api.GetAsync("/v1/sessions/" + Words)).IsSuccess);
            a.Peer.SendDatagram(Encoding.UTF8.GetBytes(Words));
            a.Socket.Abort();
            a.Peer.CloseDtls();
            await b.Socket.WaitForAsync("partner.gone");
            (await b.Session.DeleteAsync()).EnsureSuccess();
            await relay.SignalTerminateAsync();
            await relay.WaitForExitAsync(TimeSpan.FromSeconds(30));

            Assert.Contains("Relay is ready", relay.Output, StringComparison.Ordinal);
            Stranger.AssertUnnamedIn(relay, [a, b], Words);
        }
    }

    private static async Task TalkAsync(Stranger first, Stranger second)
    {
        await first.Socket.SendAsync("typing", new { on = true });
        await first.Socket.SendAsync("chat", new { text = "a word of A" });
        await second.Socket.SendAsync("chat", new { text = "a word of B" });
        await first.Socket.WaitForAsync("chat");
        await second.Socket.WaitForAsync("chat");
        first.Peer.SendPli();
        second.Peer.SendFir();
        first.Peer.SendReports();
        second.Peer.SendReports();
        int reports = second.Peer.Counters.SenderReportsReceived;
        await Task.WhenAll(first.HearsAsync(second, packets: 40), second.HearsAsync(first, packets: 40));
        await second.Peer.WaitUntilAsync(() => second.Peer.Counters.SenderReportsReceived > reports, "a sender report");
    }

    private static void AssertHasAllKinds(IReadOnlyList<Captured> captured) =>
        Assert.Equal(Enum.GetValues<CapturedKind>(), captured.Select(c => c.Kind).Distinct().Order());

    private static void AssertFoundInOffer(IReadOnlyList<PrivateTrace> traces, string offer)
    {
        IReadOnlyList<string> found = PrivateTrace.FindIn(traces, [new Captured(CapturedKind.Sdp, Encoding.UTF8.GetBytes(offer))]);
        string[] expected =
        [
            "ufrag", "password", "cname", "stream id", "audio track id", "video track id", "fingerprint", "audio mid", "video mid",
            "address and port, as a candidate", "address",
        ];
        Assert.All(expected, name => Assert.Contains(name + " in Sdp", found, StringComparer.Ordinal));
    }

    private static void AssertFoundWherePlanted(Stranger stranger, IReadOnlyList<Captured> captured)
    {
        foreach (PrivateTrace trace in stranger.Traces)
        {
            byte[] host = captured.First(c => c.Kind == CapturedKind.Rtp).Bytes;
            byte[] planted = [.. host[..13], .. trace.Bytes, .. host[13..]];
            string found = Assert.Single(PrivateTrace.FindIn([trace], [.. captured, new Captured(CapturedKind.Rtp, planted)]));
            Assert.Equal(trace.Name + " in Rtp", found);
        }
    }
}
