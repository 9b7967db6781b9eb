using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// The session keys of one direction, for RTP or for RTCP (RFC 3711 section 4.3, key derivation rate 0). A view of bytes
/// that the caller owns and clears.
/// </summary>
internal readonly ref struct SrtpSessionKeys
{
    /// <summary>Room that <see cref="Derive"/> needs.</summary>
    public const int StorageBytes = SrtpProfiles.KeyMaxBytes + AuthenticationKeyBytes + SrtpProfiles.SaltMaxBytes;

    /// <summary>HMAC-SHA1's key (RFC 3711 section 5.2).</summary>
    public const int AuthenticationKeyBytes = 20;

    public SrtpSessionKeys(ReadOnlySpan<byte> encryptionKey, ReadOnlySpan<byte> authenticationKey, ReadOnlySpan<byte> salt)
    {
        EncryptionKey = encryptionKey;
        AuthenticationKey = authenticationKey;
        Salt = salt;
    }

    public ReadOnlySpan<byte> EncryptionKey { get; }

    /// <summary>Empty in the AEAD profiles.</summary>
    public ReadOnlySpan<byte> AuthenticationKey { get; }

    public ReadOnlySpan<byte> Salt { get; }

    public static SrtpSessionKeys Derive(
        SrtpProfile profile,
        ReadOnlySpan<byte> masterKey,
        ReadOnlySpan<byte> masterSalt,
        bool isRtcp,
        Span<byte> storage)
    {
        int keyLength = SrtpProfiles.KeyLength(profile);
        int saltLength = SrtpProfiles.SaltLength(profile);
        Invariant.Holds(keyLength != 0, "session keys for an unsupported SRTP profile");
        Invariant.Holds(masterKey.Length == keyLength, "a master key of the wrong length");
        Invariant.Holds(masterSalt.Length == saltLength, "a master salt of the wrong length");

        Span<byte> key = storage[..keyLength];
        Span<byte> salt = storage.Slice(keyLength, saltLength);
        Span<byte> authentication = SrtpProfiles.IsAead(profile)
            ? default
            : storage.Slice(keyLength + saltLength, AuthenticationKeyBytes);
        int offset = isRtcp ? SrtpKeyDerivation.RtcpLabelOffset : 0;
        SrtpKeyDerivation.Derive(masterKey, masterSalt, (byte)(SrtpKeyDerivation.EncryptionLabel + offset), key);
        SrtpKeyDerivation.Derive(masterKey, masterSalt, (byte)(SrtpKeyDerivation.SaltLabel + offset), salt);
        if (authentication.Length > 0)
        {
            SrtpKeyDerivation.Derive(
                masterKey, masterSalt, (byte)(SrtpKeyDerivation.AuthenticationLabel + offset), authentication);
        }

        return new SrtpSessionKeys(key, authentication, salt);
    }
}
