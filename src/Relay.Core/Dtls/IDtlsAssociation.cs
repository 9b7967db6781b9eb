using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Dtls;

/// <summary>
/// One DTLS 1.2 association in the server role (RFC 6347, RFC 5764), without I/O: datagrams go in, datagrams come out.
/// Drain <see cref="TryDequeueDatagram"/> after every Handle call. Never throws on what the network sends.
/// </summary>
public interface IDtlsAssociation : IDisposable
{
    DtlsState State { get; }

    /// <summary>
    /// The protection profile that use_srtp selected (RFC 5764 section 4.1.2; RFC 7714 section 14.2), 0 until
    /// <see cref="DtlsState.Connected"/>.
    /// </summary>
    ushort SrtpProfile { get; }

    /// <summary>Why the association ended; <see cref="CloseReason.None"/> while it has not.</summary>
    CloseReason CloseReason { get; }

    /// <summary>When <see cref="HandleTimeout"/> wants to be called: the retransmission timer (RFC 6347 section 4.2.4).</summary>
    Instant NextTimeout { get; }

    /// <summary>Takes one datagram from an ICE-validated address.</summary>
    DropReason HandleDatagram(ReadOnlySpan<byte> datagram, Instant now);

    void HandleTimeout(Instant now);

    /// <summary>
    /// The peer has proved that it has the end of the handshake, by a packet that is authentic under the exported keys: the
    /// handshake is not answered any more, and what only it needs is released. Alerts are still taken, and close_notify is
    /// still sent. The keys must have been exported. Without effect unless connected.
    /// </summary>
    void HandlePeerConfirmed();

    /// <summary>
    /// Ends the association with <see cref="CloseReason.Requested"/>; sends close_notify if connected (drain afterwards).
    /// </summary>
    void HandleClose();

    /// <summary>Copies the next datagram to send, at most 1200 bytes; false if there is none.</summary>
    bool TryDequeueDatagram(Span<byte> destination, out int length);

    /// <summary>
    /// Exports SRTP keying material (RFC 5764 section 4.2): client key, server key, client salt, server salt. Only when
    /// connected, that is after the peer's certificate matched the expected fingerprint, and before
    /// <see cref="HandlePeerConfirmed"/>.
    /// </summary>
    bool TryExportKeyingMaterial(Span<byte> destination);
}
