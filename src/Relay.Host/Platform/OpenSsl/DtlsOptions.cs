namespace Relay.Host.Platform.OpenSsl;

/// <summary>What the DTLS associations of one factory have in common.</summary>
public sealed record DtlsOptions
{
    /// <summary>
    /// Protection profiles in the order of preference, by their OpenSSL names and separated by colons (RFC 5764 section
    /// 4.1.2, RFC 7714 section 14.2). The server's order decides. A handshake that agrees on none fails. Empty: a client
    /// that offers none.
    /// </summary>
    public string SrtpProfiles { get; init; } = "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80";

    /// <summary>
    /// When an unanswered flight is first sent again; doubles each time. RFC 6347 section 4.2.4.1 suggests 1 s, and less
    /// where the media waits for it.
    /// </summary>
    public TimeSpan RetransmissionInitial { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause between two transmissions of a flight.</summary>
    public TimeSpan RetransmissionMax { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>From the first datagram to <c>Connected</c>; then the association fails.</summary>
    public TimeSpan HandshakeMax { get; init; } = TimeSpan.FromSeconds(15);
}
