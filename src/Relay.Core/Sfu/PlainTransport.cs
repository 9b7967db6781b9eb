using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Srtp;

namespace Relay.Core.Sfu;

/// <summary>
/// A leg without ICE and DTLS: the keys are given (as in SDP security descriptions, RFC 4568), the peer's address is given
/// or learned. It is learned, and followed when it moves, only from a packet that authenticates under the leg's keys; a leg
/// without keys therefore has a given one.
/// </summary>
public sealed class PlainTransport : Transport
{
    private readonly TimeSpan _timeout;
    private Instant _lastReceived;
    private Instant _deadline = Instant.Never;
    private TransportAddress _removed;

    /// <param name="context">What the legs of the worker share.</param>
    /// <param name="slot">The leg's slot in its engine.</param>
    /// <param name="parameters">The media, and how it is protected; nothing of ICE and DTLS is read.</param>
    /// <param name="now">The time.</param>
    public PlainTransport(SfuContext context, int slot, in TransportParameters parameters, Instant now)
        : base(new RtpSession(context, slot, parameters.Audio, parameters.Video, parameters.Cname))
    {
        PlainParameters plain = parameters.Plain;
        bool isClear = plain.Profile == SrtpProfile.None;
        LearnsRemote = plain.Remote == default;
        Invariant.Holds(!isClear || !LearnsRemote, "an address is learned only from packets that authenticate");
        Session.Remote = plain.Remote;
        if (isClear)
        {
            Session.HandleClear(now);
        }
        else
        {
            Session.HandleKeys(
                plain.RemoteKey.CreateInbound(plain.Profile, StreamDemux.StreamsMax, context.Srtp),
                plain.LocalKey.CreateOutbound(plain.Profile, context.Srtp),
                now);
        }

        _timeout = plain.Timeout;
        _lastReceived = now;
        if (_timeout > TimeSpan.Zero)
        {
            _deadline = now + _timeout;
        }
    }

    /// <summary>The peer's address is not given: any address may bring its first packet.</summary>
    public bool LearnsRemote { get; }

    public override bool IsConnected => Session.Remote != default;

    public override Instant NextTimeout =>
        CloseReason != CloseReason.None ? Instant.Never : Instant.Min(Session.NextTimeout, _deadline);

    public override DropReason HandleRtp(ReadOnlySpan<byte> datagram, in TransportAddress remote, Instant now)
    {
        long opened = Session.PacketsOpened;
        DropReason reason = Session.HandleRtp(datagram, now);
        Note(remote, opened, now);
        return reason;
    }

    public override DropReason HandleRtcp(Span<byte> datagram, in TransportAddress remote, Instant now)
    {
        long opened = Session.PacketsOpened;
        DropReason reason = Session.HandleRtcp(datagram, now);
        Note(remote, opened, now);
        return reason;
    }

    public override void HandleTimeout(Instant now)
    {
        // Packets do not move the timer: it looks at the last one when it goes off.
        if (_deadline <= now)
        {
            _deadline = _lastReceived + _timeout;
            if (_deadline <= now)
            {
                CloseIf(CloseReason.IdleTimeout);
            }
        }

        Session.HandleTimeout(now);
    }

    public override bool TryDequeueRemovedAddress(out TransportAddress remote)
    {
        remote = _removed;
        _removed = default;
        return remote != default;
    }

    public override void Close(CloseReason reason)
    {
        CloseIf(reason);
        _removed = Session.Remote;
        Session.Close();
    }

    // What became of the packet does not matter, only that it was the peer's.
    private void Note(in TransportAddress remote, long opened, Instant now)
    {
        if (Session.PacketsOpened == opened)
        {
            return;
        }

        _lastReceived = now;
        if (LearnsRemote && remote != Session.Remote)
        {
            _removed = Session.Remote;
            Session.Remote = remote;
        }
    }
}
