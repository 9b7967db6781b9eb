using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>Writes the attributes of a request.</summary>
internal delegate void AddAttributes(ref StunMessageWriter writer);

/// <summary>A TURN client: asks, is challenged, signs, asks again.</summary>
internal sealed class TurnTestClient(TurnRig rig, TransportAddress address, string user = "alice", string password = "a secret")
{
    private static int _transactions;

    private byte[]? _nonce;

    public TransportAddress Address { get; set; } = address;

    /// <summary>The relayed address of the last Allocate.</summary>
    public TransportAddress Relayed { get; private set; }

    /// <summary>Names and uses SHA-256.</summary>
    public bool UsesSha256 { get; set; }

    /// <summary>Sends USERHASH.</summary>
    public bool HidesName { get; set; }

    public byte[] Key
    {
        get
        {
            byte[] key = new byte[LongTermKey.MaxBytes];
            int length = LongTermKey.Write(
                UsesSha256 ? PasswordAlgorithm.Sha256 : PasswordAlgorithm.Md5,
                Utf8(user),
                Utf8(TurnRig.Realm),
                Utf8(password),
                key);
            return key[..length];
        }
    }

    /// <summary>UDP and nothing else.</summary>
    public static void Udp(ref StunMessageWriter writer) =>
        writer.AddAttribute(StunAttributeType.RequestedTransport, [17, 0, 0, 0]);

    public static void Nothing(ref StunMessageWriter writer)
    {
    }

    public static AddAttributes Peers(params TransportAddress[] peers) => (ref writer) =>
    {
        foreach (TransportAddress peer in peers)
        {
            writer.AddXorAddress(StunAttributeType.XorPeerAddress, peer);
        }
    };

    /// <summary>Allocates; must succeed.</summary>
    public TurnSent Allocate(AddAttributes? add = null)
    {
        TurnSent answer = Ask(StunMethod.Allocate, (ref writer) =>
        {
            Udp(ref writer);
            add?.Invoke(ref writer);
        });
        Assert.Equal(0, answer.Error);
        Relayed = answer.Relayed[0];
        return answer;
    }

    /// <summary>Allocates for TCP; must succeed.</summary>
    public TurnSent AllocateTcp(AddAttributes? add = null)
    {
        TurnSent answer = AskForTcp(add);
        Assert.Equal(0, answer.Error);
        Relayed = answer.Relayed[0];
        return answer;
    }

    /// <summary>Allocates for TCP.</summary>
    public TurnSent AskForTcp(AddAttributes? add = null) => Ask(StunMethod.Allocate, (ref writer) =>
    {
        writer.AddAttribute(StunAttributeType.RequestedTransport, [6, 0, 0, 0]);
        add?.Invoke(ref writer);
    });

    /// <summary>Sends a Connect, which is not answered at once.</summary>
    public void BeginConnect(in TransportAddress peer)
    {
        Assert.Equal(DropReason.None, rig.Handle(Build(StunMethod.Connect, Peers(peer)), Address));
        Assert.Equal(0, rig.Transmits.Count);
    }

    /// <summary>Sends a ConnectionBind.</summary>
    public int BindTo(uint id) => Ask(StunMethod.ConnectionBind, (ref w) => w.AddUInt32(StunAttributeType.ConnectionId, id)).Error;

    public int Permit(params TransportAddress[] peers) => Ask(StunMethod.CreatePermission, Peers(peers)).Error;

    public int Bind(ushort channel, in TransportAddress peer)
    {
        TransportAddress to = peer;
        return Ask(StunMethod.ChannelBind, (ref writer) =>
        {
            writer.AddUInt32(StunAttributeType.ChannelNumber, (uint)channel << 16);
            writer.AddXorAddress(StunAttributeType.XorPeerAddress, to);
        }).Error;
    }

    public TurnSent Refresh(uint? lifetime = null, AddAttributes? add = null) => Ask(StunMethod.Refresh, (ref writer) =>
    {
        if (lifetime is { } seconds)
        {
            writer.AddUInt32(StunAttributeType.Lifetime, seconds);
        }

        add?.Invoke(ref writer);
    });

    /// <summary>Asks; answers a challenge, as any client does, but once.</summary>
    public TurnSent Ask(StunMethod method, AddAttributes add)
    {
        if (_nonce is null)
        {
            TurnSent challenge = Send(Build(method, add, isSigned: false));
            Assert.Equal(StunErrorCode.Unauthenticated, challenge.Error);
            _nonce = challenge.Get(StunAttributeType.Nonce);
        }

        TurnSent answer = Send(Build(method, add));
        if (answer.Error is StunErrorCode.StaleNonce)
        {
            _nonce = answer.Get(StunAttributeType.Nonce);
            answer = Send(Build(method, add));
        }

        return answer;
    }

    /// <summary>Sends and takes the one answer.</summary>
    public TurnSent Send(byte[] request)
    {
        Assert.Equal(DropReason.None, rig.Handle(request, Address, out TurnHop hop));
        Assert.True(hop.IsNone);
        TurnSent answer = Assert.Single(rig.Drain());
        Assert.Equal(Address, answer.To);
        Assert.Equal(0, answer.Via);
        Assert.True(answer.Stun.TransactionId.SequenceEqual(request.AsSpan(8, 12)));
        bool mustBeSigned = answer.Stun.HasIntegrity || answer.Stun.HasIntegritySha256;
        Assert.True(!mustBeSigned || TurnCredentials.IsSigned(answer.Stun, Key));
        return answer;
    }

    /// <summary>A request as bytes.</summary>
    public byte[] Build(StunMethod method, AddAttributes add, bool isSigned = true, StunClass messageClass = StunClass.Request)
    {
        byte[] buffer = new byte[StunMessageReader.MaxMessageBytes];
        var writer = new StunMessageWriter(buffer);
        byte[] transaction = new byte[StunMessageReader.TransactionIdBytes];
        BitConverter.TryWriteBytes(transaction, Interlocked.Increment(ref _transactions));
        writer.WriteHeader(messageClass, method, transaction);
        add(ref writer);
        if (isSigned)
        {
            AddCredentials(ref writer);
        }

        return buffer[..writer.Length];
    }

    /// <summary>ChannelData as bytes.</summary>
    public static byte[] OnChannel(ushort channel, byte[] payload, bool padded = false)
    {
        byte[] buffer = new byte[payload.Length + 8];
        Assert.True(ChannelData.TryWrite(buffer, channel, payload, padded, out int written));
        return buffer[..written];
    }

    /// <summary>A Send indication as bytes.</summary>
    public byte[] Indication(TransportAddress peer, byte[] payload, AddAttributes? add = null) => Build(
        StunMethod.Send,
        (ref writer) =>
        {
            writer.AddXorAddress(StunAttributeType.XorPeerAddress, peer);
            add?.Invoke(ref writer);
            writer.AddAttribute(StunAttributeType.Data, payload);
        },
        isSigned: false,
        StunClass.Indication);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private void AddCredentials(ref StunMessageWriter writer)
    {
        if (HidesName)
        {
            byte[] hash = new byte[UserHash.Bytes];
            UserHash.Write(Utf8(user), Utf8(TurnRig.Realm), hash);
            writer.AddAttribute(StunAttributeType.UserHash, hash);
        }
        else
        {
            writer.AddUsername(Utf8(user));
        }

        writer.AddAttribute(StunAttributeType.Realm, Utf8(TurnRig.Realm));
        writer.AddAttribute(StunAttributeType.Nonce, _nonce ?? []);
        if (UsesSha256)
        {
            writer.AddAttribute(StunAttributeType.PasswordAlgorithms, PasswordAlgorithms.Offered);
            writer.AddAttribute(StunAttributeType.PasswordAlgorithm, [0, 2, 0, 0]);
            writer.AddMessageIntegritySha256(Key);
            return;
        }

        writer.AddMessageIntegrity(Key);
    }
}
