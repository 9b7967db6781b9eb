using System.Collections.Concurrent;
using System.Net;
using Relay.Core.Diagnostics;
using Relay.Host.Workers;

namespace Relay.Host.Tests.Api;

/// <summary>A media plane without media: legs exist as numbers, events come when the test says so.</summary>
internal sealed class FakeMediaPlane : IMediaPlane
{
    private readonly Lock _lock = new();
    private readonly List<string> _calls = [];
    private readonly HashSet<LegId> _legs = [];
    private IMediaEventSink? _sink;
    private int _lastSlot;
    private long _turnAllocations;
    private int _timesAllocationsRead;

    /// <summary>Connects every leg as soon as it is opened.</summary>
    public bool ConnectAtOnce { get; set; } = true;

    public int NextWorker { get; set; }

    public IPAddress Announced { get; set; } = IPAddress.Parse("192.0.2.10");

    public MediaProblem Problem { get; set; }

    /// <summary>The worker that has no room.</summary>
    public int FullWorker { get; set; } = -1;

    /// <summary>Throws when asked for a leg.</summary>
    public bool Fails { get; set; }

    public bool PairRefused { get; set; }

    public bool UnpairRefused { get; set; }

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    public IReadOnlyList<LegId> Legs
    {
        get
        {
            lock (_lock)
            {
                return [.. _legs];
            }
        }
    }

    public int ChooseWorker() => NextWorker;

    public IPEndPoint AnnouncedEndPoint(int worker) => new(Announced, 40_000 + worker);

    public OpenLegResult OpenLeg(int worker, string offer)
    {
        if (Fails)
        {
            throw new InvalidOperationException("as the test wants it");
        }

        if (Problem != MediaProblem.None || worker == FullWorker)
        {
            MediaProblem problem = Problem == MediaProblem.None ? MediaProblem.Overloaded : Problem;
            return new OpenLegResult(default, null, problem, "as the test wants it");
        }

        LegId leg;
        lock (_lock)
        {
            leg = new LegId(worker, ++_lastSlot, 1);
            _legs.Add(leg);
            _calls.Add($"open {leg.Slot} on {worker}");
        }

        if (ConnectAtOnce)
        {
            _sink?.LegConnected(leg);
        }

        return new OpenLegResult(leg, $"v=0 answer {leg.Slot}", MediaProblem.None, null);
    }

    public RestartIceResult RestartIce(LegId leg, string sdpFragment) =>
        Problem != MediaProblem.None ? new RestartIceResult(null, Problem, null)

            : sdpFragment.Contains("ice-ufrag", StringComparison.Ordinal)
            ? new RestartIceResult("a=ice-ufrag:relay", MediaProblem.None, null)
        : new RestartIceResult(null, MediaProblem.NothingToDo, null);

    public bool TryPair(LegId first, LegId second, bool withVideo) =>
        Note($"pair {Math.Min(first.Slot, second.Slot)} {Math.Max(first.Slot, second.Slot)} {(withVideo ? "video" : "voice")}")
            && !PairRefused;

    public bool TryUnpair(LegId leg) => Note($"unpair {leg.Slot}") && !UnpairRefused;

    /// <summary>The times that were left to TURN allocations, in order.</summary>
    public ConcurrentQueue<TimeSpan> Draining { get; } = [];

    public long TurnAllocations
    {
        get
        {
            Interlocked.Increment(ref _timesAllocationsRead);
            return Volatile.Read(ref _turnAllocations);
        }
        set => Volatile.Write(ref _turnAllocations, value);
    }

    public int TimesAllocationsRead => Volatile.Read(ref _timesAllocationsRead);

    public void StartDraining(TimeSpan within) => Draining.Enqueue(within);

    public void CloseLeg(LegId leg)
    {
        lock (_lock)
        {
            _legs.Remove(leg);
            _calls.Add($"close {leg.Slot}");
        }
    }

    public void SetEventSink(IMediaEventSink sink) => _sink = sink;

    public void Connect(LegId leg) => _sink!.LegConnected(leg);

    public void End(LegId leg, CloseReason reason)
    {
        lock (_lock)
        {
            _legs.Remove(leg);
        }

        _sink!.LegClosed(leg, reason);
    }

    private bool Note(string call)
    {
        lock (_lock)
        {
            _calls.Add(call);
        }

        return true;
    }
}
