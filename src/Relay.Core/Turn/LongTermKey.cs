using System.Security.Cryptography;
using Relay.Core.Diagnostics;

namespace Relay.Core.Turn;

/// <summary>
/// The key of the long-term credential mechanism (RFC 8489 sections 9.2.2 and 18.5.1): MD5 or SHA-256 over
/// user name ":" realm ":" password. All three are taken as they are: OpaqueString (RFC 8265) is the matter of whoever
/// typed them in.
/// </summary>
public static class LongTermKey
{
    /// <summary>RFC 8489 section 14.3: fewer than 509 bytes.</summary>
    public const int UsernameMaxBytes = 508;

    /// <summary>RFC 8489 sections 14.9 and 14.10, for realm and nonce: fewer than 128 characters.</summary>
    public const int RealmMaxBytes = 763;

    /// <summary>The longest password that is taken.</summary>
    public const int PasswordMaxBytes = 256;

    /// <summary>Bytes of the longest key.</summary>
    public const int MaxBytes = SHA256.HashSizeInBytes;

    /// <summary>Writes the key and returns its bytes: 16 for MD5, 32 for SHA-256.</summary>
    /// <param name="algorithm">MD5 or SHA-256.</param>
    /// <param name="username">At most <see cref="UsernameMaxBytes"/>.</param>
    /// <param name="realm">At most <see cref="RealmMaxBytes"/>.</param>
    /// <param name="password">At most <see cref="PasswordMaxBytes"/>.</param>
    /// <param name="key">At least as many bytes as the key.</param>
    public static int Write(
        PasswordAlgorithm algorithm,
        ReadOnlySpan<byte> username,
        ReadOnlySpan<byte> realm,
        ReadOnlySpan<byte> password,
        Span<byte> key)
    {
        Invariant.Holds(algorithm is PasswordAlgorithm.Md5 or PasswordAlgorithm.Sha256, "a key is made by MD5 or SHA-256");
        Invariant.Holds(username.Length <= UsernameMaxBytes, "a user name has at most 508 bytes");
        Invariant.Holds(realm.Length <= RealmMaxBytes, "a realm has at most 763 bytes");
        Invariant.Holds(password.Length <= PasswordMaxBytes, "a password has at most 256 bytes");
        Span<byte> text = stackalloc byte[UsernameMaxBytes + 1 + RealmMaxBytes + 1 + PasswordMaxBytes];
        int length = 0;
        Append(text, username, ref length);
        text[length++] = (byte)':';
        Append(text, realm, ref length);
        text[length++] = (byte)':';
        Append(text, password, ref length);
        text = text[..length];
#pragma warning disable CA5351 // RFC 8489 section 9.2.2 prescribes MD5, and browsers understand nothing else.
        int written = algorithm == PasswordAlgorithm.Md5 ? MD5.HashData(text, key) : SHA256.HashData(text, key);
#pragma warning restore CA5351
        CryptographicOperations.ZeroMemory(text);
        return written;
    }

    private static void Append(Span<byte> text, ReadOnlySpan<byte> part, ref int length)
    {
        part.CopyTo(text[length..]);
        length += part.Length;
    }
}
