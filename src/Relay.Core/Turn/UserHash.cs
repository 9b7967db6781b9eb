using System.Security.Cryptography;
using Relay.Core.Diagnostics;

namespace Relay.Core.Turn;

/// <summary>USERHASH (RFC 8489 section 14.4): SHA-256(user name ":" realm), so that the name is not on the wire.</summary>
public static class UserHash
{
    /// <summary>Bytes of the value.</summary>
    public const int Bytes = 32;

    /// <summary>Writes the value.</summary>
    /// <param name="username">At most <see cref="LongTermKey.UsernameMaxBytes"/>.</param>
    /// <param name="realm">At most <see cref="LongTermKey.RealmMaxBytes"/>.</param>
    /// <param name="hash">At least <see cref="Bytes"/>.</param>
    public static void Write(ReadOnlySpan<byte> username, ReadOnlySpan<byte> realm, Span<byte> hash)
    {
        Invariant.Holds(username.Length <= LongTermKey.UsernameMaxBytes, "a user name has at most 508 bytes");
        Invariant.Holds(realm.Length <= LongTermKey.RealmMaxBytes, "a realm has at most 763 bytes");
        Span<byte> text = stackalloc byte[LongTermKey.UsernameMaxBytes + 1 + LongTermKey.RealmMaxBytes];
        username.CopyTo(text);
        text[username.Length] = (byte)':';
        realm.CopyTo(text[(username.Length + 1)..]);
        SHA256.HashData(text[..(username.Length + 1 + realm.Length)], hash);
    }
}
