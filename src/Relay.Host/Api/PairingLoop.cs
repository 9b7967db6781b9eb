using System.Collections.Concurrent;
using System.Threading.Channels;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Host.Configuration;
using Relay.Host.Telemetry;
using Relay.Host.Workers;

namespace Relay.Host.Api;

/// <summary>
/// The one place where pairing happens: work from requests, sockets, workers and timers runs here one after the other, so
/// the pairing state needs no lock. The inputs' queue is bounded: requests get 503 when it is full, sockets wait.
/// </summary>
internal sealed class PairingLoop : BackgroundService, IMediaEventSink
{
    private readonly SessionControl _control;
    private readonly HostClock _clock;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<PairingLoop> _logger;
    private readonly Channel<Action> _inputs;

    // Bounded by nature: a leg connects at most once and closes at most once, and only this loop opens legs. A worker must
    // not wait and an event must not be lost, so these do not share the bounded queue.
    private readonly ConcurrentQueue<LegEvent> _legEvents = new();

    public PairingLoop(
        SessionControl control,
        IMediaPlane media,
        RelayOptions options,
        HostClock clock,
        IHostApplicationLifetime lifetime,
        ILogger<PairingLoop> logger)
    {
        _control = control;
        _clock = clock;
        _lifetime = lifetime;
        _logger = logger;
        _inputs = Channel.CreateBounded<Action>(
            new BoundedChannelOptions(options.Limits.PairingQueueInputs) { SingleReader = true });
        media.SetEventSink(this);
    }

    /// <summary>Runs the work in the loop, waiting for room; the task is done when the work is queued.</summary>
    public ValueTask PostAsync(Action work, CancellationToken cancel = default) => _inputs.Writer.WriteAsync(work, cancel);

    /// <summary>Runs the work in the loop and gives its answer, or 503 if the queue is full.</summary>
    public Task<IResult> AskAsync(Func<IResult> work)
    {
        var answer = new TaskCompletionSource<IResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool queued = _inputs.Writer.TryWrite(() =>
        {
            try
            {
                answer.SetResult(work());
            }
            catch (Exception e)
            {
                answer.SetException(e);
                throw;
            }
        });
        return queued ? answer.Task : Task.FromResult<IResult>(Problem.Overloaded("Too many requests are waiting."));
    }

    public void LegConnected(LegId leg) => Enqueue(new LegEvent(leg, CloseReason.None));

    public void LegClosed(LegId leg, CloseReason reason) =>
        Enqueue(new LegEvent(leg, reason == CloseReason.None ? CloseReason.Requested : reason));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using ITimer timer = _clock.Time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            while (await _inputs.Reader.WaitToReadAsync(stoppingToken))
            {
                RunQueued();
                timer.Change(UntilNextTimeout(), Timeout.InfiniteTimeSpan);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _inputs.Writer.TryComplete();
        }
        catch (Exception e)
        {
            // A bug of ours: pairing state may be wrong, so nobody is served on it.
            _logger.PairingLoopFailed(e);
            _inputs.Writer.TryComplete(e);
            Environment.ExitCode = 1;
            _lifetime.StopApplication();
        }
    }

    private void RunQueued()
    {
        do
        {
            while (_legEvents.TryDequeue(out LegEvent legEvent))
            {
                Run(legEvent);
            }

            if (_control.NextTimeout <= _clock.Now)
            {
                _control.HandleTimeout();
            }

            if (_inputs.Reader.TryRead(out Action? work))
            {
                work();
            }
        }
        while (_inputs.Reader.TryPeek(out _) || !_legEvents.IsEmpty || _control.NextTimeout <= _clock.Now);
    }

    private void Run(LegEvent legEvent)
    {
        if (legEvent.Closed == CloseReason.None)
        {
            _control.LegConnected(legEvent.Leg);
        }
        else
        {
            _control.LegClosed(legEvent.Leg, legEvent.Closed);
        }
    }

    private TimeSpan UntilNextTimeout()
    {
        Instant next = _control.NextTimeout;
        if (next == Instant.Never)
        {
            return Timeout.InfiniteTimeSpan;
        }

        // Rounded up: a timer that fires early would only spin.
        TimeSpan wait = next - _clock.Now;
        return wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
    }

    private void Enqueue(LegEvent legEvent)
    {
        _legEvents.Enqueue(legEvent);
        Wake();
    }

    /// <summary>If the queue is full, the loop is awake anyway.</summary>
    private void Wake() => _inputs.Writer.TryWrite(static () => { });

    private readonly record struct LegEvent(LegId Leg, CloseReason Closed);
}
