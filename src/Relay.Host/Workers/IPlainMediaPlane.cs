using System.Net;
using Relay.Core.Sfu;

namespace Relay.Host.Workers;

/// <summary>
/// What the admin API needs of the workers: legs with given keys, and who hears whom. Safe from any thread; a command waits a
/// moment for room in a worker's mailbox.
/// </summary>
internal interface IPlainMediaPlane
{
    int WorkerCount { get; }

    /// <summary>Where the peers of the worker's plain legs send to.</summary>
    IPEndPoint AnnouncedEndPoint(int worker);

    /// <summary>True if the address is one of the relay's own media sockets: media sent there would come round.</summary>
    bool IsOwnAddress(IPEndPoint remote);

    /// <summary>Opens legs on one worker, all or none; the relay's SSRCs and CNAME are drawn here.</summary>
    /// <param name="worker">The worker; null: one that has room for all.</param>
    /// <param name="parameters">What the peers declared, their keys included.</param>
    /// <param name="sink">Told what becomes of the legs, on worker threads; must only enqueue.</param>
    /// <returns>Null if there is no room, or the worker is busy.</returns>
    PlainLegs? OpenPlainLegs(int? worker, TransportParameters[] parameters, IMediaEventSink sink);

    /// <summary>One leg hears another, in place of whom it heard of those kinds; false if the worker is busy or not the same.</summary>
    bool TryConsume(LegId consumer, LegId producer, bool withAudio, bool withVideo);

    /// <summary>One leg no longer hears another; false if the worker is busy or not the same.</summary>
    bool TryStopConsuming(LegId consumer, LegId producer, bool withAudio, bool withVideo);

    /// <summary>Ends the leg and whatever it hears or feeds. No further event names it.</summary>
    void CloseLeg(LegId leg);
}

/// <summary>Opened plain legs and what was drawn for them, in the order that was asked for.</summary>
internal sealed record PlainLegs(LegId[] Legs, TransportParameters[] Parameters);
