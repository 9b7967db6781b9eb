using Relay.Core.Pairing;
using Relay.Host.Configuration;
using Relay.Host.Telemetry;
using Relay.Host.Workers;

namespace Relay.Host.Api;

/// <summary>
/// Takes the relay out of service: no new sessions, pairs or TURN allocations, everybody is told, pairs talk on until shortly
/// before the deadline or until none is left, then TURN allocations end and sockets are closed with 1001.
/// </summary>
/// <remarks>
/// Allocations that reach nothing but this relay serve its sessions, so nobody misses them when there is no pair. Those with
/// public peers may serve calls that it knows nothing of: it waits for them as well.
/// </remarks>
internal sealed class Drainer(
    RelayOptions options,
    DrainState state,
    IMediaPlane media,
    PairingLoop loop,
    SessionControl control,
    SocketRegistry sockets,
    PairingCounters pairing,
    HostClock clock,
    ILogger<Drainer> logger)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly DrainBudget _budget = DrainBudget.Of(TimeSpan.FromSeconds(options.Drain.Seconds));
    private readonly bool _waitsForAllocations = options.Turn.ReachesPublicPeers;
    private readonly DrainState _state = state;
    private readonly IMediaPlane _media = media;
    private readonly PairingLoop _loop = loop;
    private readonly SessionControl _control = control;
    private readonly SocketRegistry _sockets = sockets;
    private readonly PairingCounters _pairing = pairing;
    private readonly HostClock _clock = clock;
    private readonly ILogger<Drainer> _logger = logger;

    /// <summary>Drains; done when every socket is closed and TURN clients had time to ask, or the time is up.</summary>
    public async Task DrainAsync(CancellationToken cancel)
    {
        int seconds = (int)_budget.Pairs.TotalSeconds;
        bool hasAllocations = _media.TurnAllocations > 0;
        _state.Begin();
        _media.StartDraining(_budget.Pairs);
        _logger.DrainStarted(seconds, _pairing.AllPairs);
        await _loop.PostAsync(() => _control.Drain(seconds), cancel);
        _sockets.SendAll(ServerMessages.DrainingNotice(seconds));
        await WaitAsync(
            () => _pairing.AllPairs == 0 && !(_waitsForAllocations && _media.TurnAllocations > 0), _budget.Pairs, cancel);
        _logger.DrainEnded(_pairing.AllPairs);
        _media.StartDraining(TimeSpan.Zero);
        _sockets.CloseAll(SocketClose.GoingAway);
        // Over UDP a client hears of the end when it asks next. It was told a lifetime that ends now, so it asks soon.
        await WaitAsync(() => !hasAllocations && _sockets.Count == 0, _budget.Sockets, cancel);
    }

    private async Task WaitAsync(Func<bool> done, TimeSpan atMost, CancellationToken cancel)
    {
        Core.Primitives.Instant deadline = _clock.Now + atMost;
        while (!done() && _clock.Now < deadline)
        {
            await Task.Delay(LookEvery, _clock.Time, cancel);
        }
    }
}

/// <summary>How the time from the signal to the exit is shared out.</summary>
/// <param name="Pairs">For pairs, and calls over TURN, to end by themselves.</param>
/// <param name="Sockets">For close frames to be answered, and for TURN clients over UDP to ask once more.</param>
/// <param name="Stop">For the host to stop.</param>
internal readonly record struct DrainBudget(TimeSpan Pairs, TimeSpan Sockets, TimeSpan Stop)
{
    private static readonly TimeSpan MaxReserve = TimeSpan.FromSeconds(2);

    public static DrainBudget Of(TimeSpan all)
    {
        TimeSpan reserve = all / 2 < MaxReserve ? all / 2 : MaxReserve;
        return new DrainBudget(all - reserve, reserve * 3 / 8, reserve / 4);
    }
}
