using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Host.Workers;

namespace Relay.Host.Admin;

/// <summary>
/// Which remote addresses and SSRCs plain legs are found by. Each leads to one leg; over all workers, so that a leg may be put
/// on any.
/// </summary>
internal sealed class PlainClaims
{
    private readonly HashSet<TransportAddress> _remotes = [];
    private readonly HashSet<uint> _ssrcs = [];
    private readonly Dictionary<LegId, (TransportAddress Remote, uint[] Ssrcs)> _claims = [];

    /// <summary>The first of these legs that claims what another has, and the field that does; null if none.</summary>
    public (int Place, string Field)? FindConflict(TransportParameters[] legs)
    {
        var remotes = new HashSet<TransportAddress>();
        var ssrcs = new HashSet<uint>();
        for (int i = 0; i < legs.Length; i++)
        {
            TransportAddress remote = legs[i].Plain.Remote;
            if (remote != default && (_remotes.Contains(remote) || !remotes.Add(remote)))
            {
                return (i, "remote");
            }

            if (SsrcsOf(legs[i]).Any(ssrc => _ssrcs.Contains(ssrc) || !ssrcs.Add(ssrc)))
            {
                return (i, "ssrc");
            }
        }

        return null;
    }

    public void Add(LegId leg, in TransportParameters parameters)
    {
        uint[] ssrcs = SsrcsOf(parameters);
        _claims.Add(leg, (parameters.Plain.Remote, ssrcs));
        _ssrcs.UnionWith(ssrcs);
        if (parameters.Plain.Remote != default)
        {
            _remotes.Add(parameters.Plain.Remote);
        }
    }

    public void Remove(LegId leg)
    {
        if (_claims.Remove(leg, out (TransportAddress Remote, uint[] Ssrcs) claim))
        {
            _remotes.Remove(claim.Remote);
            _ssrcs.ExceptWith(claim.Ssrcs);
        }
    }

    // A leg with a given address is found by that alone.
    private static uint[] SsrcsOf(TransportParameters parameters) => parameters.Plain.Remote != default
        ? []
        : [.. new[] { parameters.Audio.RemoteSsrc, parameters.Video.RemoteSsrc, parameters.Video.RemoteRtxSsrc }.Where(ssrc => ssrc != 0)];
}
