using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>
/// Who may use the server: users with passwords of their own, and time-limited users whose password follows from a secret
/// shared with whoever mints it (draft-uberti-behave-turn-rest: the user name is <c>expiry</c> or <c>expiry:anything</c>, in
/// Unix seconds, the password base64(HMAC-SHA1(secret, user name))). Immutable, so workers may share one.
/// </summary>
/// <remarks>
/// The work for a request follows from its form and from the configuration alone: every secret is tried, and an unknown name
/// costs what a wrong password costs, so that time tells nobody which names exist.
/// </remarks>
public sealed class TurnCredentials
{
    /// <summary>The most secrets valid at once; each costs three hashes a request.</summary>
    public const int MaxSecrets = 8;

    private const int RestPasswordBytes = 28;
    private const byte Separator = (byte)':';

    /// <summary>Enough for the year 5138, and no overflow.</summary>
    private const int ExpiryMaxDigits = 11;

    private const int RealmMaxChars = 127;

    private readonly byte[] _realm;
    private readonly byte[][] _secrets;
    private readonly Dictionary<UInt128, UserKeys> _users;
    private readonly UserKeys _nobody;

    /// <param name="realm">1 to 127 characters; best the server's domain (RFC 8489 section 9.2.4).</param>
    /// <param name="users">Users with passwords of their own; may be empty.</param>
    /// <param name="secrets">Secrets of the time-limited users, the newest first, at most <see cref="MaxSecrets"/>.</param>
    /// <exception cref="ArgumentException">Something is empty or too long, or a name occurs twice.</exception>
    public TurnCredentials(string realm, IReadOnlyList<TurnUser> users, IReadOnlyList<string> secrets)
    {
        ArgumentNullException.ThrowIfNull(realm);
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(secrets);
        Require(realm.Length is > 0 and <= RealmMaxChars, nameof(realm), "a realm has 1 to 127 characters");
        Require(secrets.Count <= MaxSecrets, nameof(secrets), "at most 8 secrets are valid at once");
        _realm = Encoding.UTF8.GetBytes(realm);
        _secrets = new byte[secrets.Count][];
        for (int i = 0; i < secrets.Count; i++)
        {
            _secrets[i] = Encoding.UTF8.GetBytes(secrets[i]);
            Require(_secrets[i].Length > 0, nameof(secrets), "a secret is not empty");
        }

        _nobody = new UserKeys(default, _realm, default);
        _users = new Dictionary<UInt128, UserKeys>(users.Count);
        foreach (TurnUser user in users)
        {
            byte[] name = Encoding.UTF8.GetBytes(user.Name);
            byte[] password = Encoding.UTF8.GetBytes(user.Password);
            Require(name.Length is > 0 and <= LongTermKey.UsernameMaxBytes, nameof(users), "a user name has 1 to 508 bytes");
            Require(password.Length is > 0 and <= LongTermKey.PasswordMaxBytes, nameof(users), "a password has 1 to 256 bytes");
            bool isNew = _users.TryAdd(IdentityOf(name), new UserKeys(name, _realm, password));
            Require(isNew, nameof(users), "a user name occurs once");
        }
    }

    /// <summary>REALM.</summary>
    public ReadOnlySpan<byte> Realm => _realm;

    /// <summary>
    /// What a challenge may offer. User names may be hashed only if all are known beforehand: a time-limited name cannot be
    /// found again by its hash, and a client that is offered USERHASH must use it.
    /// </summary>
    public SecurityFeatures Features => _secrets.Length == 0
        ? SecurityFeatures.PasswordAlgorithms | SecurityFeatures.UsernameAnonymity
        : SecurityFeatures.PasswordAlgorithms;

    /// <summary>The password of a time-limited user; for whoever gives out credentials.</summary>
    public static string Mint(string secret, string username)
    {
        Span<byte> password = stackalloc byte[RestPasswordBytes];
        WriteRestPassword(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(username), password);
        return Encoding.ASCII.GetString(password);
    }

    /// <summary>
    /// Whether a request is signed with this key: by MESSAGE-INTEGRITY-SHA256 if it has one, else by MESSAGE-INTEGRITY
    /// (RFC 8489 section 9.2.4).
    /// </summary>
    public static bool IsSigned(in StunMessageReader request, ReadOnlySpan<byte> key) =>
        request.HasIntegritySha256 ? request.VerifyIntegritySha256(key) : request.VerifyIntegrity(key);

    /// <summary>
    /// Judges a request by RFC 8489 section 9.2.4, all but the nonce: that is <see cref="TurnNonce"/>'s, costs less, and is best
    /// asked first.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="features">What its nonce says.</param>
    /// <param name="unixSeconds">The time of day, for what expires.</param>
    /// <param name="key">At least 32 bytes: the key that the answer is signed with, if the credentials are right.</param>
    public TurnAuthentication Authenticate(
        in StunMessageReader request, SecurityFeatures features, long unixSeconds, Span<byte> key)
    {
        if (!request.HasIntegrity && !request.HasIntegritySha256)
        {
            return new TurnAuthentication { ErrorCode = StunErrorCode.Unauthenticated };
        }

        Span<byte> hash = stackalloc byte[UserHash.Bytes];
        if (!TryReadUser(request, out ReadOnlySpan<byte> username, hash)
            || !request.TryGetAttribute(StunAttributeType.Realm, out ReadOnlySpan<byte> realm)
            || !request.TryGetAttribute(StunAttributeType.Nonce, out _)
            || !PasswordAlgorithms.TryChoose(request, features, out PasswordAlgorithm algorithm, out bool isChosen))
        {
            return new TurnAuthentication { ErrorCode = StunErrorCode.BadRequest };
        }

        UInt128 user = BinaryPrimitives.ReadUInt128BigEndian(hash);
        UInt128 account = user;
        int keyLength = TryUser(request, user, algorithm, key);
        if (TryReadExpiry(username, out long expiry, out ReadOnlySpan<byte> name))
        {
            int length = TrySecrets(request, username, algorithm, key);
            bool isValid = length != 0 && expiry > unixSeconds;
            keyLength = isValid ? length : keyLength;
            account = isValid ? IdentityOf(name) : account;
        }

        if (keyLength == 0 || !realm.SequenceEqual(_realm))
        {
            key.Clear();
            return new TurnAuthentication { ErrorCode = StunErrorCode.Unauthenticated };
        }

        return new TurnAuthentication { KeyLength = keyLength, AnswersSha256 = isChosen, User = user, Account = account };
    }

    /// <summary>
    /// Reads a time-limited user name: <c>expiry</c> or <c>expiry:name</c>; without a name the expiry stands for one.
    /// </summary>
    internal static bool TryReadExpiry(ReadOnlySpan<byte> username, out long expiry, out ReadOnlySpan<byte> name)
    {
        int separator = username.IndexOf(Separator);
        ReadOnlySpan<byte> digits = separator < 0 ? username : username[..separator];
        name = separator < 0 ? username : username[(separator + 1)..];
        expiry = 0;
        if (digits.Length is 0 or > ExpiryMaxDigits || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        foreach (byte digit in digits)
        {
            expiry = (expiry * 10) + (digit - '0');
        }

        return true;
    }

    private static void WriteRestPassword(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> username, Span<byte> password)
    {
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // What every client and server of this scheme computes.
        HMACSHA1.HashData(secret, username, mac);
#pragma warning restore CA5350
        Base64.EncodeToUtf8(mac, password, out _, out _);
    }

    private static void Require(bool condition, string parameter, string what)
    {
        if (!condition)
        {
            throw new ArgumentException("TURN credentials: " + what + ".", parameter);
        }
    }

    /// <summary>USERNAME or USERHASH (RFC 8489 section 14.4); false if neither, both, or one of an impossible length.</summary>
    private bool TryReadUser(in StunMessageReader request, out ReadOnlySpan<byte> username, Span<byte> hash)
    {
        bool hasName = request.TryGetAttribute(StunAttributeType.Username, out username);
        bool hasHash = request.TryGetAttribute(StunAttributeType.UserHash, out ReadOnlySpan<byte> given);
        if (hasName == hasHash || username.Length > LongTermKey.UsernameMaxBytes || (hasHash && given.Length != UserHash.Bytes))
        {
            return false;
        }

        if (hasHash)
        {
            given.CopyTo(hash);
        }
        else
        {
            UserHash.Write(username, _realm, hash);
        }

        return true;
    }

    /// <summary>The key's length if this is one of the users and the request is signed by it, else 0.</summary>
    private int TryUser(in StunMessageReader request, UInt128 user, PasswordAlgorithm algorithm, Span<byte> key)
    {
        if (_users.Count == 0)
        {
            return 0;
        }

        bool isKnown = _users.TryGetValue(user, out UserKeys? keys);
        byte[] candidate = (keys ?? _nobody).For(algorithm);
        if (!(IsSigned(request, candidate) & isKnown))
        {
            return 0;
        }

        candidate.CopyTo(key);
        return candidate.Length;
    }

    /// <summary>The key's length if the request is signed by the password of one of the secrets, else 0. Tries all.</summary>
    private int TrySecrets(
        in StunMessageReader request, ReadOnlySpan<byte> username, PasswordAlgorithm algorithm, Span<byte> key)
    {
        int found = 0;
        Span<byte> password = stackalloc byte[RestPasswordBytes];
        Span<byte> candidate = stackalloc byte[LongTermKey.MaxBytes];
        foreach (byte[] secret in _secrets)
        {
            WriteRestPassword(secret, username, password);
            int length = LongTermKey.Write(algorithm, username, _realm, password, candidate);
            if (IsSigned(request, candidate[..length]))
            {
                candidate[..length].CopyTo(key);
                found = length;
            }
        }

        return found;
    }

    private UInt128 IdentityOf(ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[UserHash.Bytes];
        UserHash.Write(name, _realm, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>Both keys of one user; the password itself is not kept.</summary>
    private sealed class UserKeys
    {
        private readonly byte[] _md5 = new byte[MD5.HashSizeInBytes];
        private readonly byte[] _sha256 = new byte[SHA256.HashSizeInBytes];

        public UserKeys(ReadOnlySpan<byte> name, ReadOnlySpan<byte> realm, ReadOnlySpan<byte> password)
        {
            LongTermKey.Write(PasswordAlgorithm.Md5, name, realm, password, _md5);
            LongTermKey.Write(PasswordAlgorithm.Sha256, name, realm, password, _sha256);
        }

        public byte[] For(PasswordAlgorithm algorithm) => algorithm == PasswordAlgorithm.Md5 ? _md5 : _sha256;
    }
}
