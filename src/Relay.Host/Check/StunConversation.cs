using System.Net;
using System.Security.Cryptography;
using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;

namespace Relay.Host.Check;

/// <summary>What a client asks a STUN and TURN server, over one channel.</summary>
/// <param name="channel">The way there.</param>
internal sealed class StunConversation(IProbeChannel channel)
{
    // The port and IP protocol of REQUESTED-TRANSPORT: UDP (RFC 8656 section 18.8).
    private const uint TransportUdp = 17u << 24;

    private delegate void AttributeWriter(ref StunMessageWriter writer);

    /// <summary>True if it is an answer with the request's transaction id: a late answer to another request is not.</summary>
    public static bool IsAnswer(ReadOnlySpan<byte> request, ReadOnlySpan<byte> message) =>
        StunMessageReader.TryParse(message, out StunMessageReader answer) == DropReason.None
        && StunMessageReader.TryParse(request, out StunMessageReader asked) == DropReason.None
        && answer.Class is StunClass.SuccessResponse or StunClass.ErrorResponse
        && answer.TransactionId.SequenceEqual(asked.TransactionId);

    /// <summary>Binding: how the server sees this client.</summary>
    /// <exception cref="ProbeException">There is no good answer.</exception>
    public async Task<IPEndPoint> BindAsync()
    {
        byte[] answer = await channel.AskAsync(Build(StunMethod.Binding, static (ref _) => { }));
        return ReadAddress(answer, StunAttributeType.XorMappedAddress, "Binding");
    }

    /// <summary>Allocate, and give it back at once: the relayed address.</summary>
    /// <param name="user">With its password.</param>
    /// <exception cref="ProbeException">There is no good answer.</exception>
    public async Task<IPEndPoint> AllocateAsync(TurnUser user)
    {
        byte[] challenge = await channel.AskAsync(
            Build(StunMethod.Allocate, static (ref writer) => writer.AddUInt32(StunAttributeType.RequestedTransport, TransportUdp)));
        (byte[] realm, byte[] nonce) = ReadChallenge(challenge);
        byte[] key = new byte[LongTermKey.MaxBytes];
        int keyBytes = LongTermKey.Write(
            PasswordAlgorithm.Md5, Encoding.UTF8.GetBytes(user.Name), realm, Encoding.UTF8.GetBytes(user.Password), key);
        key = key[..keyBytes];
        byte[] answer = await channel.AskAsync(Build(StunMethod.Allocate, (ref writer) =>
        {
            writer.AddUInt32(StunAttributeType.RequestedTransport, TransportUdp);
            Sign(ref writer);
        }));
        IPEndPoint relayed = ReadAddress(answer, StunAttributeType.XorRelayedAddress, "Allocate");
        await channel.AskAsync(Build(StunMethod.Refresh, (ref writer) =>
        {
            writer.AddUInt32(StunAttributeType.Lifetime, 0);
            Sign(ref writer);
        }));
        return relayed;

        void Sign(ref StunMessageWriter writer)
        {
            writer.AddUsername(Encoding.UTF8.GetBytes(user.Name));
            writer.AddAttribute(StunAttributeType.Realm, realm);
            writer.AddAttribute(StunAttributeType.Nonce, nonce);
            writer.AddMessageIntegrity(key);
        }
    }

    private static byte[] Build(StunMethod method, AttributeWriter write)
    {
        byte[] buffer = new byte[StunMessageReader.MaxMessageBytes];
        var writer = new StunMessageWriter(buffer);
        writer.WriteHeader(StunClass.Request, method, RandomNumberGenerator.GetBytes(StunMessageReader.TransactionIdBytes));
        write(ref writer);
        return buffer[..writer.Length];
    }

    private static IPEndPoint ReadAddress(byte[] answer, ushort type, string what)
    {
        StunMessageReader message = Parse(answer);
        if (message.Class == StunClass.SuccessResponse && message.TryGetXorAddress(type, out TransportAddress address))
        {
            return address.ToEndPoint();
        }

        throw new ProbeException(message.TryGetErrorCode(out int code)
            ? Explain(code, what)
            : $"the answer to {what} has no address: another server answers there");
    }

    private static (byte[] Realm, byte[] Nonce) ReadChallenge(byte[] answer)
    {
        StunMessageReader message = Parse(answer);
        if (message.TryGetErrorCode(out int code)
            && code == StunErrorCode.Unauthenticated
            && message.TryGetAttribute(StunAttributeType.Realm, out ReadOnlySpan<byte> realm)
            && realm.Length <= LongTermKey.RealmMaxBytes
            && message.TryGetAttribute(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce))
        {
            return (realm.ToArray(), nonce.ToArray());
        }

        throw new ProbeException("STUN works, but not TURN: an Allocate is not asked for credentials, so another server answers there");
    }

    private static string Explain(int code, string what) => code switch
    {
        StunErrorCode.Unauthenticated or StunErrorCode.WrongCredentials =>
            $"{what} is refused ({code}): the credentials are not its own. The running relay has other Turn:Secrets, another server "
            + "answers there, or its clock differs from this machine's by minutes",
        StunErrorCode.StaleNonce =>
            $"{what} is refused ({code}): the relay sees another address of this machine with each question. A NAT or a balancer in "
            + "between does that",
        StunErrorCode.TryAlternate or StunErrorCode.InsufficientCapacity =>
            $"{what} is refused ({code}): the relay is draining, or has Turn:AllocationsPerWorker already",
        StunErrorCode.AllocationQuotaReached =>
            $"{what} is refused ({code}): Turn:AllocationsPerUser or Turn:AllocationsPerSource is reached for this machine",
        _ => $"{what} is refused with error {code}",
    };

    private static StunMessageReader Parse(byte[] answer)
    {
        DropReason reason = StunMessageReader.TryParse(answer, out StunMessageReader message);
        Invariant.Holds(reason == DropReason.None, "a channel returns STUN");
        return message;
    }
}
