using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// Seals and opens single packets under one session key: the seam between SRTP's bookkeeping and its cryptography. One
/// object serves one direction, and RTP or RTCP, and is used by one thread. It knows nothing of streams and replays.
/// </summary>
/// <remarks>
/// The suffix is what authentication covers though it does not stand before the body: the rollover counter (RFC 3711
/// section 4.2; not with GCM, which has it in the IV) or the SRTCP E bit and index (RFC 3711 section 3.4, RFC 7714
/// section 9.3). The index is the 48-bit RTP packet index or the 31-bit SRTCP index.
/// </remarks>
internal abstract class SrtpCipher : IDisposable
{
    /// <summary>Bytes of the tag that <see cref="Seal"/> writes.</summary>
    public abstract int TagLength { get; }

    /// <summary>
    /// Encrypts <paramref name="prefix"/> followed by <paramref name="payload"/> into <paramref name="body"/> and writes
    /// the tag.
    /// </summary>
    /// <param name="ssrc">Part of the IV.</param>
    /// <param name="index">Part of the IV.</param>
    /// <param name="header">Authenticated, not encrypted.</param>
    /// <param name="suffix">Authenticated, not encrypted; may be empty.</param>
    /// <param name="prefix">Outside of the body.</param>
    /// <param name="payload">Outside of the body, or exactly where it ends up in the body.</param>
    /// <param name="body">As long as prefix and payload together; empty when only authentication is wanted.</param>
    /// <param name="tag"><see cref="TagLength"/> bytes.</param>
    public abstract void Seal(
        uint ssrc,
        ulong index,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> suffix,
        ReadOnlySpan<byte> prefix,
        ReadOnlySpan<byte> payload,
        Span<byte> body,
        Span<byte> tag);

    /// <summary>
    /// Decrypts <paramref name="body"/> into <paramref name="plaintext"/> if the tag is right. If not: false, the body is as
    /// it was, and a plaintext outside of it is cleared, so that nobody sees what was never authenticated.
    /// </summary>
    /// <param name="ssrc">Part of the IV.</param>
    /// <param name="index">Part of the IV.</param>
    /// <param name="header">Authenticated, not encrypted.</param>
    /// <param name="suffix">Authenticated, not encrypted; may be empty.</param>
    /// <param name="body">The ciphertext; may be empty.</param>
    /// <param name="plaintext">As long as the body: the same memory, or none of it.</param>
    /// <param name="tag"><see cref="TagLength"/> bytes, outside of the plaintext.</param>
    public abstract bool Open(
        uint ssrc,
        ulong index,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> suffix,
        ReadOnlySpan<byte> body,
        Span<byte> plaintext,
        ReadOnlySpan<byte> tag);

    public abstract void Dispose();

    /// <summary>What a failed <see cref="Open"/> leaves in the plaintext: zeros, or in place the ciphertext.</summary>
    protected static void ClearUnlessInPlace(ReadOnlySpan<byte> body, Span<byte> plaintext)
    {
        if (!body.Overlaps(plaintext))
        {
            plaintext.Clear();
        }
    }

    /// <summary>
    /// A cipher under session keys that were derived already: by the processor's instructions where there are some, and
    /// otherwise by OpenSSL.
    /// </summary>
    public static SrtpCipher Create(SrtpProfile profile, in SrtpSessionKeys keys, bool encrypt, SrtpBatch? batch = null)
    {
        Invariant.Holds(SrtpProfiles.IsSupported(profile), "a cipher for an unsupported SRTP profile");
        return SrtpProfiles.IsAead(profile)
            ? CreateGcm(keys.EncryptionKey, keys.Salt, encrypt)
            : CreateCm(keys, batch);
    }

    /// <summary>Derives the session keys of RTP or RTCP from the master key and makes a cipher of them.</summary>
    public static SrtpCipher Derive(
        SrtpProfile profile,
        ReadOnlySpan<byte> masterKey,
        ReadOnlySpan<byte> masterSalt,
        bool isRtcp,
        bool encrypt,
        SrtpBatch? batch = null)
    {
        Span<byte> storage = stackalloc byte[SrtpSessionKeys.StorageBytes];
        SrtpSessionKeys keys = SrtpSessionKeys.Derive(profile, masterKey, masterSalt, isRtcp, storage);
        try
        {
            return Create(profile, keys, encrypt, batch);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(storage);
        }
    }

    private static SrtpCipher CreateCm(in SrtpSessionKeys keys, SrtpBatch? batch) => AesCmSha1Cipher.IsSupported
        ? new AesCmSha1Cipher(keys.EncryptionKey, keys.AuthenticationKey, keys.Salt, batch)
        : new EvpCmSha1Cipher(keys.EncryptionKey, keys.AuthenticationKey, keys.Salt, batch);

    private static SrtpCipher CreateGcm(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, bool encrypt)
    {
        if (!AesRound.IsSupported || !CarrylessProduct.IsSupported)
        {
            return new EvpGcmCipher(key, salt, encrypt);
        }

        return Ghash256.IsSupported ? new GcmCipher<Ghash256>(key, salt) : new GcmCipher<Ghash128>(key, salt);
    }
}
