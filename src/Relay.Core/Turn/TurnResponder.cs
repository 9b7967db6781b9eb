using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>
/// Writes answers. To authenticated requests they are signed. Others are of use to whoever forges a source address, so each
/// prefix gets few of them, and none is much longer than its question; none has a reason phrase or a SOFTWARE.
/// </summary>
internal sealed class TurnResponder
{
    /// <summary>The most types that a 420 lists.</summary>
    public const int UnknownMax = 8;

    /// <summary>
    /// The longest realm: with it the shortest 401, 60 bytes, is within the limit for the shortest Allocate, 28 bytes. That
    /// one is what browsers begin with.
    /// </summary>
    public const int RealmMaxBytes = 16;

    // FINGERPRINT with its header.
    private const int FingerprintBytes = 8;

    // ERROR-CODE without a phrase.
    private const int ErrorCodeBytes = 4;

    // An answer may be 1.6 times as long as its question.
    private const int LimitNumerator = 8;
    private const int LimitDenominator = 5;

    private readonly TransmitQueue _transmits;
    private readonly TurnCounters _counters;
    private readonly TurnCredentials _credentials;
    private readonly TurnNonce _nonce;
    private readonly PrefixBudget _datagrams;
    private readonly PrefixBudget _streams;
    private readonly int _challengeBytes;

    public TurnResponder(
        TurnOptions options,
        TransmitQueue transmits,
        TurnCounters counters,
        TurnCredentials credentials,
        TurnNonce nonce,
        RandomSource random)
    {
        Invariant.Holds(credentials.Realm.Length <= RealmMaxBytes, "a TURN server's realm has at most 16 bytes");
        _transmits = transmits;
        _counters = counters;
        _credentials = credentials;
        _nonce = nonce;
        _challengeBytes = StunMessageReader.HeaderBytes + AttributeBytes(ErrorCodeBytes)
            + AttributeBytes(credentials.Realm.Length) + AttributeBytes(TurnNonce.Bytes)
            + AttributeBytes(PasswordAlgorithms.Offered.Length);
        _datagrams = new PrefixBudget(options.AnswerPrefixes, options.AnswersPerSecond, options.AnswersBurst, random);
        _streams = new PrefixBudget(options.AnswerPrefixes, options.AnswersPerSecond, options.AnswersBurst, random);
    }

    /// <summary>Starts an answer; false if there is no slot for it.</summary>
    public bool TryBegin(in TurnRequest request, StunClass messageClass, out PacketHandle packet, out StunMessageWriter writer)
    {
        writer = default;
        if (!_transmits.TryRent(out packet))
        {
            return false;
        }

        writer = new StunMessageWriter(_transmits.Buffer(packet));
        return writer.WriteHeader(messageClass, request.Message.Method, request.Message.TransactionId);
    }

    /// <summary>Signs and sends the answer to an authenticated request.</summary>
    public DropReason Send(in TurnRequest request, PacketHandle packet, ref StunMessageWriter writer)
    {
        bool isWritten = request.AnswersSha256
            ? writer.AddMessageIntegritySha256(request.Key)
            : writer.AddMessageIntegrity(request.Key);
        isWritten = isWritten && (!request.Message.HasFingerprint || writer.AddFingerprint());
        Invariant.Holds(isWritten && request.KeyLength != 0, "a signed answer fits into a slot");
        _transmits.Enqueue(packet, writer.Length, request.Client);
        return DropReason.None;
    }

    /// <summary>Success without attributes.</summary>
    public DropReason Succeed(in TurnRequest request) =>
        TryBegin(request, StunClass.SuccessResponse, out PacketHandle packet, out StunMessageWriter writer)
            ? Send(request, packet, ref writer)
            : DropReason.TransmitQueueFull;

    /// <summary>Refuses an authenticated request.</summary>
    public DropReason Refuse(in TurnRequest request, TurnRefusal refusal)
    {
        _counters.CountRefused(refusal);
        if (!TryBegin(request, StunClass.ErrorResponse, out PacketHandle packet, out StunMessageWriter writer))
        {
            return DropReason.TransmitQueueFull;
        }

        writer.AddErrorCode(TurnRefusals.CodeOf(refusal));
        return Send(request, packet, ref writer);
    }

    /// <summary>420 to an authenticated request.</summary>
    public DropReason RefuseUnknown(in TurnRequest request, scoped ReadOnlySpan<ushort> unknown)
    {
        _counters.CountRefused(TurnRefusal.UnknownAttribute);
        if (!TryBegin(request, StunClass.ErrorResponse, out PacketHandle packet, out StunMessageWriter writer))
        {
            return DropReason.TransmitQueueFull;
        }

        writer.AddErrorCode(StunErrorCode.UnknownAttribute);
        writer.AddUnknownAttributes(unknown);
        return Send(request, packet, ref writer);
    }

    /// <summary>300 with ALTERNATE-SERVER (RFC 8489 section 10).</summary>
    public DropReason Redirect(in TurnRequest request, in TransportAddress alternate)
    {
        _counters.CountRefused(TurnRefusal.TryAlternate);
        if (!TryBegin(request, StunClass.ErrorResponse, out PacketHandle packet, out StunMessageWriter writer))
        {
            return DropReason.TransmitQueueFull;
        }

        writer.AddErrorCode(StunErrorCode.TryAlternate);
        writer.AddAddress(StunAttributeType.AlternateServer, alternate);
        return Send(request, packet, ref writer);
    }

    /// <summary>
    /// 401 or 438 with what the client needs to try again (RFC 8489 section 9.2.4). To a question too short for all of it goes
    /// a short nonce and no offer of password algorithms, which is what RFC 5389 had.
    /// </summary>
    public DropReason Challenge(in TurnRequest request, TurnRefusal refusal)
    {
        _counters.CountRefused(refusal);
        if (!TryBeginUnsigned(request, StunClass.ErrorResponse, out PacketHandle packet, out StunMessageWriter writer))
        {
            return Silence(TurnRefusal.AnswerBudget);
        }

        // Decided beforehand: a nonce is the dearest part of an answer.
        bool isWhole = request.IsStream || _challengeBytes * LimitDenominator <= request.Length * LimitNumerator;
        WriteChallenge(request, refusal, isWhole ? _credentials.Features : SecurityFeatures.None, ref writer);
        return SendUnsigned(request, packet, ref writer);
    }

    /// <summary>Refuses a request that is not authenticated, without a challenge.</summary>
    public DropReason RefuseUnsigned(in TurnRequest request, TurnRefusal refusal, scoped ReadOnlySpan<ushort> unknown = default)
    {
        _counters.CountRefused(refusal);
        if (!TryBeginUnsigned(request, StunClass.ErrorResponse, out PacketHandle packet, out StunMessageWriter writer))
        {
            return Silence(TurnRefusal.AnswerBudget);
        }

        writer.AddErrorCode(TurnRefusals.CodeOf(refusal));
        if (!unknown.IsEmpty)
        {
            writer.AddUnknownAttributes(unknown);
        }

        return SendUnsigned(request, packet, ref writer);
    }

    /// <summary>The answer to a Binding request (RFC 8489 section 7.3.1).</summary>
    public DropReason AnswerBinding(in TurnRequest request)
    {
        if (!TryBeginUnsigned(request, StunClass.SuccessResponse, out PacketHandle packet, out StunMessageWriter writer))
        {
            return Silence(TurnRefusal.AnswerBudget);
        }

        writer.AddXorMappedAddress(request.Mapped);
        return SendUnsigned(request, packet, ref writer);
    }

    private void WriteChallenge(
        in TurnRequest request, TurnRefusal refusal, SecurityFeatures features, scoped ref StunMessageWriter writer)
    {
        Span<byte> nonce = stackalloc byte[TurnNonce.Bytes];
        int length = features == SecurityFeatures.None
            ? _nonce.WriteShort(request.Mapped, request.Now, nonce)
            : _nonce.Write(request.Mapped, features, request.Now, nonce);
        writer.AddErrorCode(TurnRefusals.CodeOf(refusal));
        writer.AddAttribute(StunAttributeType.Realm, _credentials.Realm);
        writer.AddAttribute(StunAttributeType.Nonce, nonce[..length]);
        if ((features & SecurityFeatures.PasswordAlgorithms) != SecurityFeatures.None)
        {
            writer.AddAttribute(StunAttributeType.PasswordAlgorithms, PasswordAlgorithms.Offered);
        }
    }

    private bool TryBeginUnsigned(
        in TurnRequest request, StunClass messageClass, out PacketHandle packet, out StunMessageWriter writer)
    {
        packet = default;
        writer = default;
        // Streams have a share of their own: their sources are not forged, and datagrams with forged ones must not spend it.
        PrefixBudget budget = request.IsStream ? _streams : _datagrams;
        return budget.TryTake(request.Mapped, request.Now) && TryBegin(request, messageClass, out packet, out writer);
    }

    private DropReason SendUnsigned(in TurnRequest request, PacketHandle packet, ref StunMessageWriter writer)
    {
        // FINGERPRINT tells STUN from other protocols on one port: wanted by who sends it, and dropped if there is no room.
        if (request.Message.HasFingerprint && Fits(request, writer.Length + FingerprintBytes))
        {
            writer.AddFingerprint();
        }

        if (!Fits(request, writer.Length))
        {
            _transmits.Abandon(packet);
            return Silence(TurnRefusal.AnswerTooLong);
        }

        _transmits.Enqueue(packet, writer.Length, request.Client);
        return DropReason.None;
    }

    private static int AttributeBytes(int valueBytes) => 4 + ((valueBytes + 3) & ~3);

    // On the wire: the shortest Allocate and a 401 to it are closer to each other there than their payloads are.
    private static bool Fits(in TurnRequest request, int length) =>
        request.IsStream || AnswerLimit.Fits(request.Mapped, request.Length, length);

    private DropReason Silence(TurnRefusal why)
    {
        _counters.CountRefused(why);
        return DropReason.TurnUnanswered;
    }
}
