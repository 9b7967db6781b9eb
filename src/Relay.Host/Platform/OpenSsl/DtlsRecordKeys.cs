using System.Security.Cryptography;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>
/// Derives the key of one direction of a connected DTLS 1.2 association under AES-GCM, as RFC 5246 section 6.3 has it. The key
/// block is: client's key | server's key | client's salt | server's salt (RFC 5288 section 3: there are no MAC keys).
/// </summary>
internal static unsafe class DtlsRecordKeys
{
    /// <summary>The part of the nonce that is not sent.</summary>
    internal const int SaltBytes = 4;

    /// <summary>The length of an AES-256 key.</summary>
    internal const int KeyMaxBytes = 32;

    private const int Aes128KeyBytes = 16;
    private const uint EcdheEcdsaAes128GcmSha256 = 0xC02B;
    private const uint EcdheEcdsaAes256GcmSha384 = 0xC02C;
    private const int MasterSecretBytes = 48;
    private const int RandomBytes = 32;
    private const int HashMaxBytes = 48;

    private static ReadOnlySpan<byte> Label => "key expansion"u8;

    /// <summary>The key of the client's or the server's records; null if the suite is none of those that the relay agrees on.</summary>
    /// <param name="ssl">A connected SSL object.</param>
    /// <param name="ofClient">Whose records.</param>
    /// <param name="salt">Receives the salt, <see cref="SaltBytes"/>.</param>
    internal static byte[]? TryDerive(nint ssl, bool ofClient, Span<byte> salt)
    {
        int keyBytes = (LibSsl.SSL_CIPHER_get_id(LibSsl.SSL_get_current_cipher(ssl)) & 0xFFFF) switch
        {
            EcdheEcdsaAes128GcmSha256 => Aes128KeyBytes,
            EcdheEcdsaAes256GcmSha384 => KeyMaxBytes,
            _ => 0,
        };
        byte* secret = stackalloc byte[MasterSecretBytes];
        if (keyBytes == 0
            || LibSsl.SSL_SESSION_get_master_key(LibSsl.SSL_get_session(ssl), secret, MasterSecretBytes) != MasterSecretBytes)
        {
            return null;
        }

        // Here the server's random comes first.
        byte* seed = stackalloc byte[2 * RandomBytes];
        _ = LibSsl.SSL_get_server_random(ssl, seed, RandomBytes);
        _ = LibSsl.SSL_get_client_random(ssl, seed + RandomBytes, RandomBytes);
        Span<byte> block = stackalloc byte[2 * (KeyMaxBytes + SaltBytes)];
        block = block[..(2 * (keyBytes + SaltBytes))];
        var masterSecret = new Span<byte>(secret, MasterSecretBytes);
        Expand(masterSecret, new ReadOnlySpan<byte>(seed, 2 * RandomBytes), keyBytes == KeyMaxBytes, block);

        // Pinned, so that the collector leaves no copies of it behind.
        int side = ofClient ? 0 : 1;
        byte[] key = GC.AllocateUninitializedArray<byte>(keyBytes, pinned: true);
        block.Slice(side * keyBytes, keyBytes).CopyTo(key);
        block.Slice((2 * keyBytes) + (side * SaltBytes), SaltBytes).CopyTo(salt);
        CryptographicOperations.ZeroMemory(masterSecret);
        CryptographicOperations.ZeroMemory(block);
        return key;
    }

    // P_hash (RFC 5246 section 5): HMAC(secret, A(i) + label + seed) for i from 1 on, where A(i) = HMAC(secret, A(i - 1)) and
    // A(0) = label + seed.
    private static void Expand(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> seed, bool isSha384, Span<byte> output)
    {
        int hashBytes = isSha384 ? HashMaxBytes : 32;
        Span<byte> message = stackalloc byte[HashMaxBytes + Label.Length + seed.Length];
        message = message[..(hashBytes + Label.Length + seed.Length)];
        Span<byte> labelAndSeed = message[hashBytes..];
        Label.CopyTo(labelAndSeed);
        seed.CopyTo(labelAndSeed[Label.Length..]);
        Span<byte> hash = stackalloc byte[HashMaxBytes];
        hash = hash[..hashBytes];
        ReadOnlySpan<byte> chained = labelAndSeed;
        for (int at = 0; at < output.Length; at += hashBytes)
        {
            Mac(secret, chained, isSha384, hash);
            hash.CopyTo(message);
            chained = message[..hashBytes];
            Mac(secret, message, isSha384, hash);
            hash[..Math.Min(hashBytes, output.Length - at)].CopyTo(output[at..]);
        }

        CryptographicOperations.ZeroMemory(hash);
    }

    private static void Mac(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> message, bool isSha384, Span<byte> hash) =>
        _ = isSha384 ? HMACSHA384.HashData(secret, message, hash) : HMACSHA256.HashData(secret, message, hash);
}
