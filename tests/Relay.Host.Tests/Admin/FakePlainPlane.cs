using System.Net;
using Relay.Core.Sfu;
using Relay.Core.Srtp;
using Relay.Host.Workers;

namespace Relay.Host.Tests.Admin;

/// <summary>Workers without media: legs are numbers, and every command is written down.</summary>
internal sealed class FakePlainPlane : IPlainMediaPlane
{
    private int _lastSlot;

    public int WorkerCount { get; init; } = 2;

    public List<string> Calls { get; } = [];

    public List<LegId> Legs { get; } = [];

    public IMediaEventSink? Sink { get; private set; }

    /// <summary>What the last legs were opened with: the caller's own array, and the profiles that stood in it then.</summary>
    public TransportParameters[] Opened { get; private set; } = [];

    public List<SrtpProfile> OpenedProfiles { get; } = [];

    public bool IsFull { get; set; }

    /// <summary>Edges that are still taken before the worker is busy.</summary>
    public int EdgesLeft { get; set; } = int.MaxValue;

    public bool RefusesToStop { get; set; }

    public IPEndPoint AnnouncedEndPoint(int worker) => new(IPAddress.Loopback, 40_000 + worker);

    public bool IsOwnAddress(IPEndPoint remote) => remote.Port is 40_000 or 40_001;

    public PlainLegs? OpenPlainLegs(int? worker, TransportParameters[] parameters, IMediaEventSink sink)
    {
        if (IsFull)
        {
            return null;
        }

        Sink = sink;
        Opened = parameters;
        OpenedProfiles.AddRange(parameters.Select(leg => leg.Plain.Profile));
        LegId[] legs = [.. parameters.Select(_ => new LegId(worker ?? 0, ++_lastSlot, 1))];
        Legs.AddRange(legs);
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i].Audio.LocalSsrc = 1;
            parameters[i].Video.LocalSsrc = 2;
            parameters[i].Video.LocalRtxSsrc = 3;
        }

        return new PlainLegs(legs, parameters);
    }

    public bool TryConsume(LegId consumer, LegId producer, bool withAudio, bool withVideo)
    {
        Calls.Add($"consume {consumer.Slot} {producer.Slot} {withAudio} {withVideo}");
        return EdgesLeft-- > 0;
    }

    public bool TryStopConsuming(LegId consumer, LegId producer, bool withAudio, bool withVideo)
    {
        Calls.Add($"stop {consumer.Slot} {producer.Slot} {withAudio} {withVideo}");
        return !RefusesToStop;
    }

    public void CloseLeg(LegId leg) => Calls.Add($"close {leg.Slot}");
}
