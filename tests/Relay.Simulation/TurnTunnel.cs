using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;

namespace Relay.Simulation;

/// <summary>
/// A client's way through a TURN allocation to the relay's own media address (RFC 8656): the peer behind it sends and
/// receives as ever, and the network carries ChannelData.
/// </summary>
public sealed class TurnTunnel
{
    public const string User = "user";
    public const string Realm = "relay";
    private const string Password = "a-password-of-some-length";
    private const ushort Channel = 0x4001;

    /// <summary>The relay's media address, which clients bind their channel to.</summary>
    public static readonly TransportAddress Media = TransportAddress.FromIPv4(0xC000_0201, 40_000);

    private readonly SimulatedRelay _relay;
    private readonly TransportAddress _client;
    private readonly byte[] _key = new byte[16];
    private byte[] _nonce = [];
    private byte[] _answer = [];

    private TurnTunnel(SimulatedRelay relay, SimulatedPeer peer)
    {
        _relay = relay;
        _client = peer.Address;
        LongTermKey.Write(
            PasswordAlgorithm.Md5,
            Encoding.UTF8.GetBytes(User),
            Encoding.UTF8.GetBytes(Realm),
            Encoding.UTF8.GetBytes(Password),
            _key);
    }

    /// <summary>What the allocation was given.</summary>
    public TransportAddress Relayed { get; private set; }

    /// <summary>Packets that came back as ChannelData.</summary>
    public int Unwrapped { get; private set; }

    /// <summary>What an engine with a TURN server on the media address needs.</summary>
    public static TurnSettings CreateSettings(RandomSource random) => new()
    {
        Options = new TurnOptions { RelayIPv4 = Media },
        Credentials = new TurnCredentials(Realm, [new TurnUser(User, Password)], []),
        Nonce = new TurnNonce(TimeSpan.FromMinutes(30), random),
        Policy = new PeerPolicy(new PeerPolicyOptions { OwnMedia = [Media] }),
    };

    /// <summary>Allocates, binds a channel to the relay's media address and puts it between the peer and the network.</summary>
    public static TurnTunnel Open(SimulatedRelay relay, SimulatedPeer peer)
    {
        var tunnel = new TurnTunnel(relay, peer);
        relay.Add(peer, tunnel);
        tunnel.Ask(StunMethod.Allocate, AddTransport, isSigned: false);
        tunnel.Ask(StunMethod.Allocate, AddTransport, isSigned: true);
        tunnel.Read(StunAttributeType.XorRelayedAddress, out TransportAddress relayed);
        tunnel.Relayed = relayed;
        tunnel.Ask(StunMethod.ChannelBind, AddChannel, isSigned: true);
        return tunnel;
    }

    public static byte[] Wrap(byte[] datagram)
    {
        byte[] wrapped = new byte[datagram.Length + ChannelData.HeaderBytes];
        ChannelData.WriteHeader(wrapped, Channel, datagram.Length);
        datagram.CopyTo(wrapped, ChannelData.HeaderBytes);
        return wrapped;
    }

    /// <summary>What the datagram carries for the peer; null if it is for the tunnel itself.</summary>
    public byte[]? Unwrap(byte[] datagram)
    {
        if (DatagramClassifier.Classify(datagram) != DatagramKind.ChannelData)
        {
            _answer = datagram;
            return null;
        }

        if (ChannelData.TryParse(datagram, out ChannelData message) != DropReason.None || message.Channel != Channel)
        {
            throw new InvalidOperationException("The relay sent ChannelData that is none, or of another channel.");
        }

        Unwrapped++;
        return message.Data.ToArray();
    }

    /// <summary>Ends the allocation.</summary>
    public void Close() => Ask(StunMethod.Refresh, AddNoLifetime, isSigned: true);

    private delegate void AttributeWriter(ref StunMessageWriter writer);

    private static void AddTransport(ref StunMessageWriter writer) =>
        writer.AddAttribute(StunAttributeType.RequestedTransport, [17, 0, 0, 0]);

    private static void AddNoLifetime(ref StunMessageWriter writer) => writer.AddAttribute(StunAttributeType.Lifetime, [0, 0, 0, 0]);

    private static void AddChannel(ref StunMessageWriter writer)
    {
        writer.AddAttribute(StunAttributeType.ChannelNumber, [Channel >> 8, Channel & 255, 0, 0]);
        writer.AddXorAddress(StunAttributeType.XorPeerAddress, Media);
    }

    private void Ask(StunMethod method, AttributeWriter attributes, bool isSigned)
    {
        byte[] buffer = new byte[512];
        var writer = new StunMessageWriter(buffer);
        Span<byte> transaction = stackalloc byte[StunMessageReader.TransactionIdBytes];
        _relay.Random.Fill(transaction);
        writer.WriteHeader(StunClass.Request, method, transaction);
        attributes(ref writer);
        if (isSigned)
        {
            writer.AddUsername(Encoding.UTF8.GetBytes(User));
            writer.AddAttribute(StunAttributeType.Realm, Encoding.UTF8.GetBytes(Realm));
            writer.AddAttribute(StunAttributeType.Nonce, _nonce);
            writer.AddMessageIntegrity(_key);
        }

        _answer = [];
        _relay.FromAddress(_client, buffer[..writer.Length]);
        _relay.Run(TimeSpan.FromMilliseconds(10));
        StunMessageReader.TryParse(_answer, out StunMessageReader answer);
        if (isSigned && (_answer.Length == 0 || answer.Class != StunClass.SuccessResponse))
        {
            throw new InvalidOperationException($"{method} was not answered with success.");
        }

        if (answer.TryGetAttribute(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce))
        {
            _nonce = nonce.ToArray();
        }
    }

    private void Read(ushort attribute, out TransportAddress address)
    {
        StunMessageReader.TryParse(_answer, out StunMessageReader answer);
        answer.TryGetXorAddress(attribute, out address);
    }
}
