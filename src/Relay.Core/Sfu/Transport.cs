using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>
/// How one peer is reached, whatever the kind: what an engine needs to bring it datagrams and time, and to end it. The media
/// is its session's.
/// </summary>
public abstract class Transport
{
    private protected Transport(RtpSession session) => Session = session;

    public RtpSession Session { get; }

    /// <summary>Keys and an address are there: media can flow.</summary>
    public abstract bool IsConnected { get; }

    /// <summary>Why it ended; <see cref="CloseReason.None"/> while it has not.</summary>
    public CloseReason CloseReason { get; private set; }

    /// <summary>When <see cref="HandleTimeout"/> wants to be called.</summary>
    public abstract Instant NextTimeout { get; }

    /// <summary>Takes an RTP or SRTP packet.</summary>
    public abstract DropReason HandleRtp(ReadOnlySpan<byte> datagram, in TransportAddress remote, Instant now);

    /// <summary>Takes an RTCP or SRTCP compound and opens it in place.</summary>
    public abstract DropReason HandleRtcp(Span<byte> datagram, in TransportAddress remote, Instant now);

    public abstract void HandleTimeout(Instant now);

    /// <summary>An address that no longer belongs to the leg.</summary>
    public abstract bool TryDequeueRemovedAddress(out TransportAddress remote);

    /// <summary>Releases everything.</summary>
    public abstract void Close(CloseReason reason);

    /// <summary>Notes the first reason; later ones change nothing.</summary>
    private protected void CloseIf(CloseReason reason)
    {
        if (CloseReason == CloseReason.None)
        {
            CloseReason = reason;
        }
    }
}
