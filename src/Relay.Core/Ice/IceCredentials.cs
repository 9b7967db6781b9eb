using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Relay.Core.Primitives;

namespace Relay.Core.Ice;

/// <summary>
/// The relay's own ufrag and password for one ICE generation (RFC 8445 section 5.3), a plain value of ASCII bytes.
/// </summary>
public struct IceCredentials
{
    /// <summary>Bytes of the password: 144 random bits, where RFC 8445 section 5.3 asks for 128.</summary>
    public const int PasswordBytes = 24;

    private UfragBytes _ufrag;
    private PasswordChars _password;

    /// <summary>12 bytes.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Ufrag => _ufrag;

    /// <summary>24 bytes; the key of MESSAGE-INTEGRITY in both directions of a lite agent.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Password => _password;

    /// <summary>True for the default value, which is no credential.</summary>
    public readonly bool IsEmpty => _password[0] == 0;

    /// <summary>Makes fresh credentials for the leg in the slot of the worker.</summary>
    public static IceCredentials Generate(int slot, RandomSource random, int worker = 0)
    {
        var credentials = default(IceCredentials);
        IceUfrag.Write(slot, random, credentials._ufrag, worker);
        IceUfrag.FillWithIceChars(random, credentials._password);
        return credentials;
    }

    [InlineArray(IceUfrag.Bytes)]
    private struct UfragBytes
    {
        private byte _element;
    }

    [InlineArray(PasswordBytes)]
    private struct PasswordChars
    {
        private byte _element;
    }
}
