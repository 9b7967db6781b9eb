using System.Net;
using Relay.Core.Diagnostics;

namespace Relay.Host.Workers;

/// <summary>
/// What the pairing API needs of the workers. Every method is safe to call from any thread, none blocks on the packet
/// path: a command goes into the worker's bounded mailbox and the outcome comes back as an event.
/// </summary>
public interface IMediaPlane
{
    /// <summary>The worker that the next leg should live on; legs of a pair must share one.</summary>
    int ChooseWorker();

    /// <summary>Where clients reach the worker's UDP port: the first of the announced addresses.</summary>
    IPEndPoint AnnouncedEndPoint(int worker);

    /// <summary>TURN allocations that there are.</summary>
    long TurnAllocations { get; }

    /// <summary>
    /// Gives out no more TURN allocations; those that there are end when the time is up. Called again, it may leave less time.
    /// </summary>
    void StartDraining(TimeSpan within);

    /// <summary>Negotiates an SDP offer and opens a leg on the worker.</summary>
    OpenLegResult OpenLeg(int worker, string offer);

    /// <summary>ICE restart: the client's new credentials in, the relay's new ones out (RFC 8863, RFC 9725 section 4.3).</summary>
    RestartIceResult RestartIce(LegId leg, string sdpFragment);

    /// <summary>Forwards between two legs of one worker from the next keyframe on; false if its mailbox is full.</summary>
    bool TryPair(LegId first, LegId second, bool withVideo);

    /// <summary>Stops forwarding to and from the leg; the leg stays connected.</summary>
    bool TryUnpair(LegId leg);

    /// <summary>Ends the leg. No further event names it.</summary>
    void CloseLeg(LegId leg);

    /// <summary>Where leg events go. Called on worker threads: the sink must only enqueue. Set once, before the start.</summary>
    void SetEventSink(IMediaEventSink sink);
}

/// <summary>What the workers tell about legs.</summary>
public interface IMediaEventSink
{
    /// <summary>ICE and DTLS are done; media can flow.</summary>
    void LegConnected(LegId leg);

    /// <summary>The leg ended by itself; it no longer exists.</summary>
    void LegClosed(LegId leg, CloseReason reason);
}

/// <summary>An opened leg and its answer, or the reason why there is none.</summary>
public sealed record OpenLegResult(LegId Leg, string? Answer, MediaProblem Problem, string? Detail);

/// <summary>The relay's half of an ICE restart as application/trickle-ice-sdpfrag, or the reason why there is none.</summary>
public sealed record RestartIceResult(string? SdpFragment, MediaProblem Problem, string? Detail);

/// <summary>Why the media plane refused.</summary>
public enum MediaProblem
{
    None,

    /// <summary>400: the text is not SDP, or breaks a rule that the detail names.</summary>
    BadSdp,

    /// <summary>422: well-formed, but nothing in it that the relay can use.</summary>
    NotSupported,

    /// <summary>404: the leg is gone.</summary>
    NoSuchLeg,

    /// <summary>503: limits are reached, or the worker's mailbox is full.</summary>
    Overloaded,

    /// <summary>204: the fragment asks for no restart; there is nothing to do.</summary>
    NothingToDo,
}
