using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>The answer to a Connect, which waits for the peer (RFC 6062 section 5.2): all that it takes from the request.</summary>
internal sealed class ConnectAnswer
{
    private readonly byte[] _transaction;
    private readonly byte[] _key;
    private readonly bool _isSha256;
    private readonly bool _hasFingerprint;
    private readonly TransportAddress _client;

    /// <param name="request">The Connect, authenticated.</param>
    public ConnectAnswer(in TurnRequest request)
    {
        _transaction = request.Message.TransactionId.ToArray();
        _key = request.Key.ToArray();
        _isSha256 = request.AnswersSha256;
        _hasFingerprint = request.Message.HasFingerprint;
        _client = request.Client;
    }

    /// <summary>Success with CONNECTION-ID.</summary>
    public DropReason Succeed(TransmitQueue transmits, uint id) => Send(transmits, TurnRefusal.None, id);

    public DropReason Refuse(TransmitQueue transmits, TurnRefusal refusal) => Send(transmits, refusal, 0);

    private DropReason Send(TransmitQueue transmits, TurnRefusal refusal, uint id)
    {
        if (!transmits.TryRent(out PacketHandle packet))
        {
            return DropReason.TransmitQueueFull;
        }

        bool isRefused = refusal != TurnRefusal.None;
        var writer = new StunMessageWriter(transmits.Buffer(packet));
        bool isWritten = writer.WriteHeader(
                isRefused ? StunClass.ErrorResponse : StunClass.SuccessResponse, StunMethod.Connect, _transaction)
            && (isRefused ? writer.AddErrorCode(TurnRefusals.CodeOf(refusal)) : writer.AddUInt32(StunAttributeType.ConnectionId, id))
            && (_isSha256 ? writer.AddMessageIntegritySha256(_key) : writer.AddMessageIntegrity(_key))
            && (!_hasFingerprint || writer.AddFingerprint());
        Invariant.Holds(isWritten, "the answer to a Connect fits into a slot");
        transmits.Enqueue(packet, writer.Length, _client);
        return DropReason.None;
    }
}
