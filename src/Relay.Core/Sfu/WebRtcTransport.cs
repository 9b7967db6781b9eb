using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Srtp;
using Relay.Core.Stun;

namespace Relay.Core.Sfu;

/// <summary>
/// How one browser is reached: ICE finds and keeps its address, DTLS makes the keys, the session's media flows under them.
/// Nothing but STUN is taken from an address that ICE has not validated.
/// </summary>
public sealed class WebRtcTransport : Transport
{
    private readonly SfuContext _context;
    private readonly IceLiteAgent _ice;
    private readonly IDtlsAssociation _dtls;
    private Instant _connectDeadline;
    private bool _isConnected;
    private bool _isPeerConfirmed;

    /// <param name="context">What the legs of the worker share.</param>
    /// <param name="slot">The leg's slot in its engine; the ICE ufrag carries it.</param>
    /// <param name="parameters">What was negotiated.</param>
    /// <param name="dtls">The association; the transport owns it.</param>
    /// <param name="ice">Limits of ICE; its connect timeout is that of DTLS too, counted from the same moment.</param>
    /// <param name="now">The time.</param>
    public WebRtcTransport(
        SfuContext context, int slot, in TransportParameters parameters, IDtlsAssociation dtls, IceOptions ice, Instant now)
        : base(new RtpSession(context, slot, parameters.Audio, parameters.Video, parameters.Cname))
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(ice);
        _context = context;
        _dtls = dtls;
        _ice = new IceLiteAgent(ice, context.Random);
        _ice.Start(parameters.LocalIce, parameters.RemoteUfrag, now);
        _connectDeadline = now + ice.ConnectTimeout;
    }

    /// <summary>ICE has an address, and DTLS has made the keys.</summary>
    public override bool IsConnected => _isConnected;

    public override Instant NextTimeout => CloseReason != CloseReason.None
        ? Instant.Never
        : Instant.Min(
            Instant.Min(Session.NextTimeout, _connectDeadline), Instant.Min(_ice.NextTimeout, _dtls.NextTimeout));

    /// <summary>Takes a binding request for the leg's ufrag from any address, and answers it.</summary>
    public DropReason HandleBindingRequest(
        in StunMessageReader request, in TransportAddress remote, in TransportAddress mapped, Instant now)
    {
        if (!_context.Transmits.TryRent(out PacketHandle slot))
        {
            return DropReason.PoolExhausted;
        }

        DropReason reason = _ice.HandleBindingRequest(
            request, remote, mapped, now, _context.Transmits.Buffer(slot), out int length);
        if (length > 0)
        {
            _context.Send(slot, length, remote);
        }
        else
        {
            _context.Transmits.Abandon(slot);
        }

        FollowIce();
        // The first flight may have been written before there was an address to send it to.
        SendDtls();
        return reason;
    }

    /// <summary>True if the peer has proven with the leg's credentials that it is there.</summary>
    public bool IsValidated(in TransportAddress remote) => _ice.IsValidated(remote);

    /// <summary>The stream that an address stands for has ended.</summary>
    public void HandleStreamClosed(in TransportAddress remote)
    {
        _ice.HandleStreamClosed(remote);
        FollowIce();
    }

    /// <summary>Takes a DTLS datagram.</summary>
    public DropReason HandleDtls(ReadOnlySpan<byte> datagram, in TransportAddress remote, Instant now)
    {
        if (!_ice.IsValidated(remote))
        {
            return DropReason.AddressNotValidated;
        }

        DropReason reason = _dtls.HandleDatagram(datagram, now);
        FollowDtls(now);
        return reason;
    }

    /// <summary>The association has news without a call of this transport's.</summary>
    public void HandleHandshake(Instant now) => FollowDtls(now);

    /// <summary>Takes an SRTP packet.</summary>
    public override DropReason HandleRtp(ReadOnlySpan<byte> datagram, in TransportAddress remote, Instant now) =>
        _ice.IsValidated(remote) ? Confirm(Session.HandleRtp(datagram, now)) : DropReason.AddressNotValidated;

    /// <summary>
    /// Takes an SRTCP compound and opens it in place, from the selected address only: whoever asks for packets is the one
    /// that gets them.
    /// </summary>
    public override DropReason HandleRtcp(Span<byte> datagram, in TransportAddress remote, Instant now) =>
        remote == Session.Remote ? Confirm(Session.HandleRtcp(datagram, now)) : DropReason.AddressNotValidated;

    public override void HandleTimeout(Instant now)
    {
        if (_ice.NextTimeout <= now)
        {
            _ice.HandleTimeout(now);
            FollowIce();
        }

        if (_dtls.NextTimeout <= now)
        {
            _dtls.HandleTimeout(now);
            FollowDtls(now);
        }

        // A peer that keeps ICE alive but never begins or ends its handshake does not keep the slot.
        if (_connectDeadline <= now)
        {
            CloseIf(CloseReason.ConnectTimeout);
        }

        Session.HandleTimeout(now);
    }

    /// <summary>ICE restart: media goes on over the old address until one is validated under the new credentials.</summary>
    public void HandleIceRestart(in IceCredentials local, in IceRemoteUfrag remote, Instant now)
    {
        _ice.HandleRestart(local, remote, now);
        FollowIce();
    }

    public override bool TryDequeueRemovedAddress(out TransportAddress remote) => _ice.TryDequeueRemoved(out remote);

    /// <summary>Says goodbye to the peer and releases everything.</summary>
    public override void Close(CloseReason reason)
    {
        CloseIf(reason);
        _dtls.HandleClose();
        SendDtls();
        _ice.HandleClose(CloseReason);
        Session.Close();
        _dtls.Dispose();
    }

    // A peer sends media only after the last flight of the handshake has reached it (RFC 5764 section 3).
    private DropReason Confirm(DropReason reason)
    {
        if (!_isPeerConfirmed && Session.PacketsOpened > 0)
        {
            _isPeerConfirmed = true;
            _dtls.HandlePeerConfirmed();
        }

        return reason;
    }

    // Every call to the agent applies what is due first, so any of them may move the address or end the leg.
    private void FollowIce()
    {
        Session.Remote = _ice.SelectedRemote;
        CloseIf(_ice.CloseReason);
    }

    private void FollowDtls(Instant now)
    {
        SendDtls();
        CloseIf(_dtls.CloseReason);
        if (_dtls.State != DtlsState.Connected || _isConnected || CloseReason != CloseReason.None)
        {
            return;
        }

        var profile = (SrtpProfile)_dtls.SrtpProfile;
        Span<byte> exported = stackalloc byte[SrtpProfiles.KeyingMaterialLength(profile)];
        // Without a profile there is no media: nothing leads from here to a session in the clear.
        if (!SrtpProfiles.IsSupported(profile) || !_dtls.TryExportKeyingMaterial(exported))
        {
            CloseIf(CloseReason.DtlsFailed);
            return;
        }

        var keys = new SrtpKeyingMaterial(profile, exported, isDtlsServer: true);
        Session.HandleKeys(keys.CreateInbound(StreamDemux.StreamsMax, _context.Srtp), keys.CreateOutbound(batch: _context.Srtp), now);
        exported.Clear();
        _isConnected = true;
        _connectDeadline = Instant.Never;
    }

    private void SendDtls()
    {
        if (Session.Remote == default)
        {
            return;
        }

        while (_context.Transmits.TryRent(out PacketHandle slot))
        {
            if (!_dtls.TryDequeueDatagram(_context.Transmits.Buffer(slot), out int length))
            {
                _context.Transmits.Abandon(slot);
                return;
            }

            _context.Send(slot, length, Session.Remote);
        }
    }
}
