using System.Buffers.Binary;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>
/// Finds out who sent a request (RFC 8489 section 9.2.4). Nothing is kept of one that fails. The key of a client that has an
/// allocation is there already.
/// </summary>
internal sealed class TurnAuthenticator
{
    private readonly TurnCredentials _credentials;
    private readonly TurnNonce _nonce;
    private readonly long _unixSecondsAtZero;

    public TurnAuthenticator(TurnOptions options, TurnCredentials credentials, TurnNonce nonce)
    {
        _credentials = credentials;
        _nonce = nonce;
        _unixSecondsAtZero = options.UnixSecondsAtZero;
    }

    /// <summary>
    /// Fills in key and user, or says why not: <see cref="TurnRefusal.Unauthorized"/> and
    /// <see cref="TurnRefusal.StaleNonce"/> call for a challenge. <see cref="TurnRefusal.WrongCredentials"/> comes with a key.
    /// </summary>
    public TurnRefusal Authenticate(ref TurnRequest request)
    {
        if (!request.Message.HasIntegrity && !request.Message.HasIntegritySha256)
        {
            return TurnRefusal.Unauthorized;
        }

        if (!request.Message.TryGetAttribute(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce))
        {
            return TurnRefusal.BadRequest;
        }

        // Asked first: it costs one hash, whatever the number of secrets. It is for the real address: a stream has another name
        // at the worker that its user name leads it to, and would be challenged twice.
        if (_nonce.Check(nonce, request.Mapped, request.Now, out SecurityFeatures features) != NonceVerdict.Good)
        {
            return TurnRefusal.StaleNonce;
        }

        TurnAllocation? allocation = request.Allocation ?? request.Ticketed;
        if (allocation is not null && IsNamed(request.Message, allocation)
            && PasswordAlgorithms.TryChoose(request.Message, features, out PasswordAlgorithm algorithm, out bool isChosen)
            && algorithm == allocation.Algorithm)
        {
            return AuthenticateKnown(ref request, allocation, isChosen);
        }

        TurnRefusal refusal = AuthenticateNew(ref request, features);
        return refusal == TurnRefusal.None && allocation is not null && allocation.User != request.User
            ? TurnRefusal.WrongCredentials
            : refusal;
    }

    private static bool IsNamed(in StunMessageReader message, TurnAllocation allocation)
    {
        if (message.TryGetAttribute(StunAttributeType.UserHash, out ReadOnlySpan<byte> hash))
        {
            return hash.Length == UserHash.Bytes && BinaryPrimitives.ReadUInt128BigEndian(hash) == allocation.User
                && !message.TryGetAttribute(StunAttributeType.Username, out _);
        }

        ReadOnlySpan<byte> username = message.Username;
        return !username.IsEmpty && username.SequenceEqual(allocation.Username);
    }

    private TurnRefusal AuthenticateKnown(ref TurnRequest request, TurnAllocation allocation, bool isChosen)
    {
        if (!request.Message.TryGetAttribute(StunAttributeType.Realm, out ReadOnlySpan<byte> realm))
        {
            return TurnRefusal.BadRequest;
        }

        if (!realm.SequenceEqual(_credentials.Realm) || !TurnCredentials.IsSigned(request.Message, allocation.Key))
        {
            return TurnRefusal.Unauthorized;
        }

        allocation.Key.CopyTo(request.KeyBuffer);
        request.KeyLength = allocation.Key.Length;
        request.AnswersSha256 = isChosen;
        request.User = allocation.User;
        return TurnRefusal.None;
    }

    private TurnRefusal AuthenticateNew(ref TurnRequest request, SecurityFeatures features)
    {
        long unixSeconds = _unixSecondsAtZero + (request.Now.Ticks / TimeSpan.TicksPerSecond);
        TurnAuthentication result = _credentials.Authenticate(request.Message, features, unixSeconds, request.KeyBuffer);
        if (!result.IsAuthenticated)
        {
            return result.ErrorCode == StunErrorCode.BadRequest ? TurnRefusal.BadRequest : TurnRefusal.Unauthorized;
        }

        request.KeyLength = result.KeyLength;
        request.AnswersSha256 = result.AnswersSha256;
        request.User = result.User;
        request.Account = result.Account;
        return TurnRefusal.None;
    }
}
