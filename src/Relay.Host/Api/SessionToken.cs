using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Relay.Host.Api;

/// <summary>SHA-256 of a bearer token: all that the relay keeps of it.</summary>
internal readonly record struct TokenHash(UInt128 High, UInt128 Low);

/// <summary>Bearer tokens and session ids: base64url of random bytes (RFC 4648 section 5).</summary>
internal static class SessionToken
{
    private const int TokenBytes = 32;
    private const int TokenChars = 43;
    private const int IdBytes = 16;

    /// <summary>A new secret of 256 bits.</summary>
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));

    /// <summary>A new name of 128 bits.</summary>
    public static string CreateId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes));

    /// <summary>The hash of what a client claims is its token; false if it cannot be one.</summary>
    public static bool TryHash(string? token, out TokenHash hash)
    {
        hash = default;
        if (token is null || token.Length != TokenChars)
        {
            return false;
        }

        Span<byte> text = stackalloc byte[TokenChars];
        if (Encoding.ASCII.GetBytes(token, text) != TokenChars)
        {
            return false;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, digest);
        hash = new TokenHash(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(digest),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(digest[16..]));
        return true;
    }

    /// <summary>Compares in constant time: no branch depends on where two hashes differ.</summary>
    public static bool Same(in TokenHash left, in TokenHash right) =>
        ((left.High ^ right.High) | (left.Low ^ right.Low)) == UInt128.Zero;
}
