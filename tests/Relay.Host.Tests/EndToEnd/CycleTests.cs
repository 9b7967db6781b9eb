using System.Diagnostics;
using Relay.Testing;
using Relay.Testing.Api;
using Relay.Testing.Peers;
using Xunit;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>Users that come, meet, press Next, meet again and leave, a thousand times over.</summary>
[Collection(EndToEndCollection.Name)]
public class CycleTests
{
    // So long that the collected heap has its size: what grows after that is a leak.
    private const int WarmUpCycles = 1000;
    private const int Cycles = 1000;
    private const int UsersAtOnce = 4;
    private const long ResidentGrowthMaxBytes = 20L * 1024 * 1024;

    private static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Thousand_cycles_leave_nothing_behind()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        using RelayApiClient api = relay.CreateClient();
        await RunAsync(relay, WarmUpCycles);
        Remains before = await SettleAsync(relay, api);
        var watch = Stopwatch.StartNew();
        int done = await RunAsync(relay, Cycles);
        Remains after = await SettleAsync(relay, api);

        bool isClean = after.Leftovers == 0
            && after.PoolSlots == before.PoolSlots
            && after.OpenSslObjects == before.OpenSslObjects
            && after.ResidentBytes - before.ResidentBytes < ResidentGrowthMaxBytes;
        Report.Line($"cycles: {done} cycles, sessions {after.Sessions}, legs {after.Legs}, pool {before.PoolSlots} -> {after.PoolSlots}, openssl {before.OpenSslObjects} -> {after.OpenSslObjects}, RSS {before.ResidentBytes >> 20} -> {after.ResidentBytes >> 20} MB (bar: nothing left) {(isClean ? "pass" : "fail")}");
        Assert.Equal(Cycles, done);
        Assert.Equal(0, after.Leftovers);
        Assert.Equal(before.PoolSlots, after.PoolSlots);
        Assert.Equal(before.OpenSslObjects, after.OpenSslObjects);
        Assert.InRange(after.ResidentBytes - before.ResidentBytes, long.MinValue, ResidentGrowthMaxBytes);
        MetricsSnapshot metrics = await api.ScrapeAsync();
        Assert.InRange(metrics.Sum("relay_pairs_made_total"), Cycles, double.MaxValue);
        Assert.Equal(0, metrics.Sum("relay_sessions_expired_total"));
    }

    private static async Task<int> RunAsync(RelayFixture relay, int cycles)
    {
        // A cycle counts when its user has left. The last users find nobody to meet any more: they are called off.
        using var enough = new CancellationTokenSource();
        int done = 0;
        await Task.WhenAll(Enumerable.Range(0, UsersAtOnce).Select(user => Task.Run(async () =>
        {
            for (int i = user; !enough.IsCancellationRequested; i++)
            {
                if (await CycleAsync(relay, i, enough.Token) && Interlocked.Increment(ref done) >= cycles)
                {
                    await enough.CancelAsync();
                }
            }
        })));
        return Math.Min(done, cycles);
    }

    /// <summary>True if the user met somebody twice.</summary>
    private static async Task<bool> CycleAsync(RelayFixture relay, int number, CancellationToken enough)
    {
        await using Stranger user = await Stranger.ConnectAsync(relay, new TestPeerOptions { VideoPayloadBytes = 200 });
        bool isWhole = true;
        try
        {
            await user.EnqueueAsync();
            await user.Socket.WaitForAsync("paired").WaitAsync(enough);
            await user.Peer.WaitUntilAsync(() => user.Peer.Video!.PacketCount > 0 || IsLeftAlone(user), "a picture").WaitAsync(enough);
            await user.Socket.SendAsync("next");
            await user.Socket.WaitForAsync("paired").WaitAsync(enough);
        }
        catch (OperationCanceledException)
        {
            isWhole = false;
        }

        await LeaveAsync(user, number);
        return isWhole;
    }

    // The partner may press Next before its picture is here.
    private static bool IsLeftAlone(Stranger user) =>
        user.Socket.RawFrames.Any(frame => frame.AsSpan().IndexOf("partner.gone"u8) >= 0);

    /// <summary>All the ways to go.</summary>
    private static async Task LeaveAsync(Stranger user, int number)
    {
        switch (number % 4)
        {
            case 0:
                (await user.Session.DeleteAsync()).EnsureSuccess();
                break;
            case 1:
                await user.Socket.CloseAsync();
                break;
            case 2:
                user.Peer.CloseDtls();
                await user.Socket.CloseAsync();
                break;
            default:
                (await user.Session.DeleteMediaAsync()).EnsureSuccess();
                user.Socket.Abort();
                (await user.Session.DeleteAsync()).EnsureSuccess();
                break;
        }
    }

    private static async Task<Remains> SettleAsync(RelayFixture relay, RelayApiClient api)
    {
        // Closing goes through mailboxes and events: the numbers follow the last answer by milliseconds.
        var watch = Stopwatch.StartNew();
        Remains remains;
        do
        {
            MetricsSnapshot metrics = await api.ScrapeAsync();
            remains = new Remains(
                (int)metrics["relay_sessions"],
                (int)metrics.Sum("relay_legs"),
                (int)(metrics.Sum("relay_queue_length") + metrics.Sum("relay_pairs") + metrics.Sum("relay_sockets")),
                (int)metrics.Sum("relay_pool_slots_in_use"),
                (int)metrics.Sum("relay_openssl_objects"),
                relay.ResidentBytes);
        }
        while (remains.Leftovers > 0 && watch.Elapsed < SettleMax);
        return remains;
    }

    private sealed record Remains(int Sessions, int Legs, int Others, int PoolSlots, int OpenSslObjects, long ResidentBytes)
    {
        public int Leftovers => Sessions + Legs + Others;
    }
}
