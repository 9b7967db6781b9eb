using System.Net;
using Relay.Testing;
using Relay.Testing.Api;
using Relay.Testing.Peers;
using Xunit;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>One user of the relay: an API client, a session, its socket and a peer, all from an address of their own.</summary>
internal sealed class Stranger : IAsyncDisposable
{
    private static int _lastAddress;

    private Stranger(RelayApiClient api, RelaySession session, SessionSocket socket, TestPeer peer)
    {
        Api = api;
        Session = session;
        Socket = socket;
        Peer = peer;
    }

    public RelayApiClient Api { get; }

    public RelaySession Session { get; }

    public SessionSocket Socket { get; }

    public TestPeer Peer { get; private set; }

    public ulong Tag => Peer.Identity.MediaTag;

    /// <summary>All bytes that came to this user by HTTP, WebSocket and media.</summary>
    public IReadOnlyList<Captured> Received => [.. Api.Captured, .. Socket.Captured, .. Peer.Captured];

    /// <summary>All that nobody else may receive.</summary>
    public IReadOnlyList<PrivateTrace> Traces =>
    [
        .. Peer.PrivateTraces,
        PrivateTrace.Text("session id", Session.SessionId),
        PrivateTrace.Text("token", Session.Token),
    ];

    /// <summary>Opens a session and its socket; the peer is made, not connected.</summary>
    public static async Task<Stranger> ArriveAsync(RelayFixture relay, TestPeerOptions? options = null)
    {
        // Odd numbers in the address: its four bytes are not met by chance, as 127.0.0.2 would be.
        int number = Interlocked.Increment(ref _lastAddress);
        var address = new IPAddress([127, 83, (byte)(41 + (number >> 8)), (byte)number]);
        RelayApiClient api = relay.CreateClient(address);
        RelaySession session = await api.CreateSessionAsync();
        SessionSocket socket = await session.OpenSocketAsync();
        await socket.ExpectAsync("welcome");
        return new Stranger(api, session, socket, new TestPeer((options ?? new TestPeerOptions()) with { LocalAddress = address }));
    }

    /// <summary>Opens a session and its socket, and connects media.</summary>
    public static async Task<Stranger> ConnectAsync(RelayFixture relay, TestPeerOptions? options = null)
    {
        Stranger stranger = await ArriveAsync(relay, options);
        await stranger.Peer.ConnectToAsync(stranger.Session);
        return stranger;
    }

    /// <summary>Two that are connected and paired in the mode.</summary>
    public static async Task<(Stranger First, Stranger Second)> ConnectPairAsync(
        RelayFixture relay, TestPeerOptions? options = null, string mode = "video")
    {
        Stranger first = await ConnectAsync(relay, options);
        Stranger second = await ConnectAsync(relay, options);
        await PairAsync(first, second, mode);
        return (first, second);
    }

    public static async Task PairAsync(Stranger first, Stranger second, string mode = "video")
    {
        await first.EnqueueAsync(mode);
        await second.EnqueueAsync(mode);
        await first.Socket.WaitForAsync("paired");
        await second.Socket.WaitForAsync("paired");
    }

    public async Task EnqueueAsync(string mode = "video")
    {
        await Socket.SendAsync("enqueue", new { mode });
        await Socket.WaitForAsync("queued");
    }

    /// <summary>Waits for so many more video packets of the other, and some audio.</summary>
    public Task HearsAsync(Stranger other, int packets = 30)
    {
        (int video, int audio) = (Peer.Video?.PacketsFrom(other.Tag) ?? 0, Peer.Audio!.PacketsFrom(other.Tag));
        return Peer.WaitUntilAsync(
            () => Peer.Audio.PacketsFrom(other.Tag) >= audio + 5 && (Peer.Video?.PacketsFrom(other.Tag) ?? int.MaxValue) >= video + packets,
            "media of the partner");
    }

    /// <summary>Stops the partner's sending, waits until nothing is missing, and looks at what this one received.</summary>
    public async Task<StreamAnalysis> SettleAsync(Stranger partner)
    {
        partner.Peer.IsSendingMedia = false;
        await Peer.WaitUntilAsync(() => Peer.Video!.Missing(2000).Count == 0, "the last repairs");
        return Peer.Video!.Analyze();
    }

    /// <summary>Begins a new connection with a new offer, as after <c>media{renew}</c>.</summary>
    public async Task ReconnectAsync()
    {
        TestPeerOptions options = Peer.Options;
        Peer.Dispose();
        Peer = new TestPeer(options);
        await Peer.ConnectToAsync(Session);
    }

    /// <summary>Fails if the relay has printed anything about these users or what they wrote.</summary>
    public static void AssertUnnamedIn(RelayFixture relay, IEnumerable<Stranger> strangers, params string[] texts)
    {
        string output = relay.Output;
        foreach (Stranger stranger in strangers)
        {
            Assert.DoesNotContain(stranger.Peer.Options.LocalAddress.ToString(), output, StringComparison.Ordinal);
            Assert.Empty(PrivateTrace.FindIn(stranger.Traces, [new Captured(CapturedKind.Http, System.Text.Encoding.UTF8.GetBytes(output))]));
        }

        Assert.All(texts, text => Assert.DoesNotContain(text, output, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        Peer.Dispose();
        await Socket.DisposeAsync();
        Api.Dispose();
    }
}
