using System.Diagnostics;
using Relay.Load.Traffic;
using Relay.Testing.Api;
using Relay.Testing.Peers;
using Relay.Testing.Sdp;

namespace Relay.Load.Clients;

/// <summary>Sessions that are created, given a leg by an offer, and dropped again, so many calls a second.</summary>
internal sealed class ApiStorm : IAsyncDisposable
{
    private const int CallsPerSession = 3;
    private const int SessionsAtOnceMax = 64;

    private readonly RelayApiClient _api;
    private readonly PeerIdentity _identity = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _places = new(SessionsAtOnceMax);
    private readonly Task _running;
    private long _calls;
    private long _failures;

    public ApiStorm(Uri api, double callsPerSecond)
    {
        _api = new RelayApiClient(api);
        _running = RunAsync(callsPerSecond / CallsPerSession);
    }

    public long Calls => Interlocked.Read(ref _calls);

    public long Failures => Interlocked.Read(ref _failures);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        for (int i = 0; i < SessionsAtOnceMax; i++)
        {
            await _places.WaitAsync();
        }

        _api.Dispose();
        _identity.Dispose();
        _stop.Dispose();
        _places.Dispose();
    }

    private async Task RunAsync(double sessionsPerSecond)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        long started = Stopwatch.GetTimestamp();
        try
        {
            // By the clock and not by ticks: what comes late on a busy machine is made up for.
            for (long begun = 0; await timer.WaitForNextTickAsync(_stop.Token);)
            {
                for (; begun < Stopwatch.GetElapsedTime(started).TotalSeconds * sessionsPerSecond; begun++)
                {
                    await _places.WaitAsync(_stop.Token);
                    _ = VisitAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The storm is over.
        }
    }

    private async Task VisitAsync()
    {
        try
        {
            RelaySession session = await _api.CreateSessionAsync();
            Interlocked.Increment(ref _calls);
            var endpoint = new System.Net.IPEndPoint(LoadLeg.ToAddress(LoadLeg.AddressOf(0)), 9);
            (await session.PostMediaAsync(PeerOffer.Build(_identity, endpoint, withVideo: true))).EnsureSuccess();
            Interlocked.Increment(ref _calls);
            (await session.DeleteAsync()).EnsureSuccess();
            Interlocked.Increment(ref _calls);
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref _failures);
        }
        finally
        {
            _places.Release();
        }
    }
}
