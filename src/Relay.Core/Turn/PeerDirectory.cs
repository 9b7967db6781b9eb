using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// What a peer's address leads to: the relay's own media, another allocation, the world, or nowhere. Relayed addresses are
/// told from the table of ports, all else is <see cref="PeerPolicy"/>'s. It also numbers the media addresses, for the
/// engine to name them by.
/// </summary>
internal sealed class PeerDirectory
{
    private readonly PeerPolicy _policy;
    private readonly RelayedPorts _ports;
    private readonly List<TransportAddress> _media = [];

    public PeerDirectory(PeerPolicy policy, RelayedPorts ports)
    {
        _policy = policy;
        _ports = ports;
    }

    /// <summary>Where a packet to this address and port goes.</summary>
    public PeerVerdict Judge(in TransportAddress peer)
    {
        PeerVerdict verdict = _policy.Judge(peer);
        return verdict != PeerVerdict.OwnMedia && _ports.IsRelayed(peer) ? _policy.JudgeRelayed(peer) : verdict;
    }

    /// <summary>
    /// Whether there may be a permission for this address: anything at it might be reached. Its port does not matter.
    /// </summary>
    public bool MayPermit(in TransportAddress peer) =>
        _policy.JudgeAddress(peer) != PeerVerdict.Denied
        || (_ports.HasRelayAddress(peer) && _policy.JudgeRelayed(peer with { Port = ushort.MaxValue }) != PeerVerdict.Denied);

    /// <summary>Whether the address is this relay's own media, in this process.</summary>
    public bool IsOwnMedia(in TransportAddress peer) => _policy.Judge(peer) == PeerVerdict.OwnMedia;

    /// <summary>The number of an own media address. There are as many as the policy knows, a few.</summary>
    public ushort MediaIndex(in TransportAddress media)
    {
        for (int i = 0; i < _media.Count; i++)
        {
            if (_media[i] == media)
            {
                return (ushort)i;
            }
        }

        Invariant.Holds(_media.Count < ushort.MaxValue, "the own media addresses are few");
        _media.Add(media);
        return (ushort)(_media.Count - 1);
    }

    /// <summary>The media address of a number; false if nobody has that.</summary>
    public bool TryGetMedia(int index, out TransportAddress media)
    {
        bool isKnown = index < _media.Count;
        media = isKnown ? _media[index] : default;
        return isKnown;
    }
}
