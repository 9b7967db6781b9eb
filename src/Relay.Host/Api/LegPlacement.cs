using Relay.Host.Turn;
using Relay.Host.Workers;

namespace Relay.Host.Api;

/// <summary>
/// Which worker a session's legs live on. TURN leads to the media port of one worker, so with TURN a session is settled on one
/// before its client knows how it will connect.
/// </summary>
internal sealed class LegPlacement(IMediaPlane media, TurnIceServers turn)
{
    private readonly IMediaPlane _media = media;
    private readonly TurnIceServers _turn = turn;

    /// <summary>
    /// Settles the session on the worker, or on the one that is due; returns what its client has to know of TURN there.
    /// </summary>
    public IReadOnlyList<IceServer> Settle(ClientSession session, int? worker = null)
    {
        if (!_turn.HasAny)
        {
            return [];
        }

        session.Worker = worker ?? _media.ChooseWorker();
        return _turn.For(session.Worker.Value);
    }

    /// <summary>Opens a leg on the worker that the session was asked to move to, else on its own.</summary>
    public OpenLegResult OpenLeg(ClientSession session, int? renewPool, string offer)
    {
        int worker = renewPool ?? session.Worker ?? _media.ChooseWorker();
        OpenLegResult opened = _media.OpenLeg(worker, offer);
        if (opened.Problem != MediaProblem.Overloaded || renewPool is not null)
        {
            return opened;
        }

        // Many sessions may have been settled there before their legs came. Elsewhere all but TURN's clients are served.
        int other = _media.ChooseWorker();
        return other == worker ? opened : _media.OpenLeg(other, offer);
    }
}
