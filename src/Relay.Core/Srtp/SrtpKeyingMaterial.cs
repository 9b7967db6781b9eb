using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// The two halves of the DTLS exporter's output (RFC 5764 section 4.2), as one end sees them:
/// <code>
/// | client_write_key | server_write_key | client_write_salt | server_write_salt |
/// </code>
/// A view: the bytes stay in the caller's buffer, which the caller clears once both contexts exist.
/// </summary>
public readonly ref struct SrtpKeyingMaterial
{
    private readonly SrtpProfile _profile;

    /// <param name="profile">A supported profile.</param>
    /// <param name="exported">At least <see cref="SrtpProfiles.KeyingMaterialLength"/> bytes.</param>
    /// <param name="isDtlsServer">True for the end that took the DTLS server role, as the relay does.</param>
    public SrtpKeyingMaterial(SrtpProfile profile, ReadOnlySpan<byte> exported, bool isDtlsServer)
    {
        Invariant.Holds(SrtpProfiles.IsSupported(profile), "keys for an unsupported SRTP profile");
        Invariant.Holds(exported.Length >= SrtpProfiles.KeyingMaterialLength(profile), "keying material is too short");
        int key = SrtpProfiles.KeyLength(profile);
        int salt = SrtpProfiles.SaltLength(profile);
        ReadOnlySpan<byte> clientKey = exported[..key];
        ReadOnlySpan<byte> serverKey = exported.Slice(key, key);
        ReadOnlySpan<byte> clientSalt = exported.Slice(2 * key, salt);
        ReadOnlySpan<byte> serverSalt = exported.Slice((2 * key) + salt, salt);

        _profile = profile;
        InboundKey = isDtlsServer ? clientKey : serverKey;
        InboundSalt = isDtlsServer ? clientSalt : serverSalt;
        OutboundKey = isDtlsServer ? serverKey : clientKey;
        OutboundSalt = isDtlsServer ? serverSalt : clientSalt;
    }

    /// <summary>Master key of what this end receives.</summary>
    public ReadOnlySpan<byte> InboundKey { get; }

    /// <summary>Master salt of what this end receives.</summary>
    public ReadOnlySpan<byte> InboundSalt { get; }

    /// <summary>Master key of what this end sends.</summary>
    public ReadOnlySpan<byte> OutboundKey { get; }

    /// <summary>Master salt of what this end sends.</summary>
    public ReadOnlySpan<byte> OutboundSalt { get; }

    /// <summary>The context for what this end receives.</summary>
    public SrtpInbound CreateInbound(int maxStreams = SrtpInbound.StreamsDefault, SrtpBatch? batch = null) =>
        new(_profile, InboundKey, InboundSalt, maxStreams, batch);

    /// <summary>The context for what this end sends.</summary>
    public SrtpOutbound CreateOutbound(int maxStreams = SrtpOutbound.StreamsDefault, SrtpBatch? batch = null) =>
        new(_profile, OutboundKey, OutboundSalt, maxStreams, batch: batch);
}
