namespace Relay.Testing.Peers;

/// <summary>What a <see cref="Captured"/> is.</summary>
public enum CapturedKind
{
    /// <summary>A datagram as it came over the network.</summary>
    Datagram,

    /// <summary>A decrypted RTP packet.</summary>
    Rtp,

    /// <summary>A decrypted RTCP packet.</summary>
    Rtcp,

    /// <summary>An SDP answer or fragment.</summary>
    Sdp,

    /// <summary>An HTTP answer, headers and body; see <see cref="Relay.Testing.Api.RelayApiClient.Captured"/>.</summary>
    Http,

    /// <summary>A WebSocket frame; see <see cref="Relay.Testing.Api.SessionSocket.Captured"/>.</summary>
    Socket,
}

/// <summary>Bytes that a peer received, or sent.</summary>
public sealed record Captured(CapturedKind Kind, byte[] Bytes);
