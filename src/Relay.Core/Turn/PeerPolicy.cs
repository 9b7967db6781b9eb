using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// Decides whom TURN clients may talk to. A TURN server sends strangers' packets from inside its operator's network, so what
/// is not plainly somebody else's public address is denied; each address is judged in every form that it has
/// (<see cref="AddressCanonicalForm"/>), and all have to pass. Not changed after it is made, and allocates nothing.
/// </summary>
public sealed class PeerPolicy
{
    private readonly PeerMode _mode;
    private readonly TransportAddress[] _ownMedia;
    private readonly UInt128[] _hostAddresses;
    private readonly AddressRange[] _allowed;
    private readonly AddressRange[] _denied;

    public PeerPolicy(PeerPolicyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _mode = options.Mode;
        _ownMedia = [.. options.OwnMedia];
        _allowed = [.. options.Allowed];
        _denied = [.. options.Denied];
        _hostAddresses = new UInt128[options.HostAddresses.Count];
        for (int i = 0; i < _hostAddresses.Length; i++)
        {
            _hostAddresses[i] = options.HostAddresses[i].Address;
        }
    }

    public PeerMode Mode => _mode;

    /// <summary>
    /// What may be sent to this address and port. The relay's own media port counts before every list: nothing leaves the
    /// process.
    /// An own relayed address is for <see cref="JudgeRelayed"/>: here it is one of the host's addresses and denied.
    /// </summary>
    public PeerVerdict Judge(in TransportAddress peer)
    {
        if (peer.Port == 0)
        {
            return PeerVerdict.Denied;
        }

        foreach (TransportAddress own in _ownMedia)
        {
            if (own == peer)
            {
                return PeerVerdict.OwnMedia;
            }
        }

        return IsPublic(peer.Address) ? PeerVerdict.Public : PeerVerdict.Denied;
    }

    /// <summary>
    /// Whether a permission may be given, which is for an address and all its ports (RFC 8656 section 9): each packet's port
    /// has to be judged as well. The port of <paramref name="peer"/> does not matter.
    /// </summary>
    public PeerVerdict JudgeAddress(in TransportAddress peer)
    {
        foreach (TransportAddress own in _ownMedia)
        {
            if (own.Address == peer.Address)
            {
                return PeerVerdict.OwnMedia;
            }
        }

        return IsPublic(peer.Address) ? PeerVerdict.Public : PeerVerdict.Denied;
    }

    /// <summary>
    /// Whether the clients of two allocations here may talk to each other; <paramref name="relayed"/> is known to be the
    /// relayed address of one.
    /// </summary>
    public PeerVerdict JudgeRelayed(in TransportAddress relayed)
    {
        bool passes = relayed.Port != 0
            && !SpecialPurposeAddresses.Contains(_denied, relayed.Address)
            && (_mode == PeerMode.Public || SpecialPurposeAddresses.Contains(_allowed, relayed.Address));
        return passes ? PeerVerdict.Relayed : PeerVerdict.Denied;
    }

    private bool IsPublic(UInt128 address)
    {
        if (_mode != PeerMode.Public)
        {
            return false;
        }

        Span<UInt128> forms = stackalloc UInt128[AddressCanonicalForm.FormsMax];
        int count = AddressCanonicalForm.Collect(address, forms);
        foreach (UInt128 form in forms[..count])
        {
            if (!Passes(form))
            {
                return false;
            }
        }

        return true;
    }

    private bool Passes(UInt128 form)
    {
        if (SpecialPurposeAddresses.IsNeverAPeer(form) || SpecialPurposeAddresses.Contains(_denied, form))
        {
            return false;
        }

        return SpecialPurposeAddresses.Contains(_allowed, form)
            || (!SpecialPurposeAddresses.Contains(form) && !IsHostAddress(form));
    }

    private bool IsHostAddress(UInt128 address)
    {
        foreach (UInt128 own in _hostAddresses)
        {
            if (own == address)
            {
                return true;
            }
        }

        return false;
    }
}
