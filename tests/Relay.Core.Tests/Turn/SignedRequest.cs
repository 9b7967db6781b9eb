using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Stun;
using Relay.Core.Tests.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>A request as a client with long-term credentials sends it; every part can be left out or be wrong.</summary>
internal sealed record SignedRequest
{
    public string? Username { get; init; }

    public byte[]? UserHash { get; init; }

    public string? Realm { get; init; } = Rfc8489Vectors.Realm;

    public string? Nonce { get; init; } = "nonce";

    public string Password { get; init; } = "secret";

    /// <summary>PASSWORD-ALGORITHM's value.</summary>
    public byte[]? Chosen { get; init; }

    /// <summary>PASSWORD-ALGORITHMS' value.</summary>
    public byte[]? Repeated { get; init; }

    /// <summary>How the key is made.</summary>
    public PasswordAlgorithm Algorithm { get; init; } = PasswordAlgorithm.Md5;

    public bool Sha1 { get; init; } = true;

    public bool Sha256 { get; init; }

    /// <summary>Changes the last byte of the SHA-1 sum.</summary>
    public bool SpoilSha1 { get; init; }

    /// <summary>Changes the last byte of the SHA-256 sum.</summary>
    public bool SpoilSha256 { get; init; }

    /// <summary>Under whose name the key is made, if not the one that is sent.</summary>
    public string? KeyName { get; init; }

    /// <summary>For which realm the key is made, if not the one that is sent.</summary>
    public string? KeyRealm { get; init; }

    public byte[] Key
    {
        get
        {
            byte[] key = new byte[LongTermKey.MaxBytes];
            byte[] name = Encoding.UTF8.GetBytes(KeyName ?? Username ?? "");
            byte[] realm = Encoding.UTF8.GetBytes(KeyRealm ?? Realm ?? "");
            int length = LongTermKey.Write(Algorithm, name, realm, Encoding.UTF8.GetBytes(Password), key);
            return key[..length];
        }
    }

    public byte[] Build()
    {
        byte[] buffer = new byte[StunMessageReader.MaxMessageBytes];
        var writer = new StunMessageWriter(buffer);
        Assert.True(writer.WriteHeader(StunClass.Request, StunMethod.Allocate, Rfc8489Vectors.TransactionId));
        Add(ref writer, StunAttributeType.Username, Username is null ? null : Encoding.UTF8.GetBytes(Username));
        Add(ref writer, StunAttributeType.UserHash, UserHash);
        Add(ref writer, StunAttributeType.Realm, Realm is null ? null : Encoding.UTF8.GetBytes(Realm));
        Add(ref writer, StunAttributeType.Nonce, Nonce is null ? null : Encoding.UTF8.GetBytes(Nonce));
        Add(ref writer, StunAttributeType.PasswordAlgorithm, Chosen);
        Add(ref writer, StunAttributeType.PasswordAlgorithms, Repeated);
        if (Sha1)
        {
            Assert.True(writer.AddMessageIntegrity(Key));
            buffer[writer.Length - 1] ^= (byte)(SpoilSha1 ? 1 : 0);
        }

        if (Sha256)
        {
            Assert.True(writer.AddMessageIntegritySha256(Key));
            buffer[writer.Length - 1] ^= (byte)(SpoilSha256 ? 1 : 0);
        }

        Assert.True(writer.AddFingerprint());
        return buffer[..writer.Length];
    }

    /// <summary>What becomes of it.</summary>
    public TurnAuthentication Ask(TurnCredentials credentials, long unixSeconds = 1000, SecurityFeatures features = default)
    {
        byte[] key = new byte[LongTermKey.MaxBytes];
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(Build(), out StunMessageReader message));
        TurnAuthentication result = credentials.Authenticate(message, features, unixSeconds, key);
        byte[] expected = result.IsAuthenticated ? Key : [];
        Assert.Equal(expected, key[..result.KeyLength]);
        Assert.Equal(new byte[LongTermKey.MaxBytes - result.KeyLength], key[result.KeyLength..]);
        return result;
    }

    private static void Add(ref StunMessageWriter writer, ushort type, byte[]? value)
    {
        if (value is not null)
        {
            Assert.True(writer.AddAttribute(type, value));
        }
    }
}
