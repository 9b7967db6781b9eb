using Relay.Host.Workers;

namespace Relay.Host.Api;

/// <summary>A relay without media workers: text works, every leg is refused with 503.</summary>
internal sealed class NoMediaPlane : IMediaPlane
{
    public int ChooseWorker() => 0;

    public OpenLegResult OpenLeg(int worker, string offer) =>
        new(default, null, MediaProblem.Overloaded, "This relay runs without media workers.");

    public RestartIceResult RestartIce(LegId leg, string sdpFragment) => new(null, MediaProblem.NoSuchLeg, null);

    public bool TryPair(LegId first, LegId second, bool withVideo) => false;

    public bool TryUnpair(LegId leg) => true;

    public void CloseLeg(LegId leg)
    {
    }

    public void SetEventSink(IMediaEventSink sink)
    {
    }
}
