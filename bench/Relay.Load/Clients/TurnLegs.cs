using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Relay.Load.CommandLine;
using Relay.Load.Servers;
using Relay.Load.Traffic;

namespace Relay.Load.Clients;

/// <summary>Gives the legs of a set what a TURN client has: an allocation, and a channel to the one peer that it talks to.</summary>
internal sealed unsafe class TurnLegs
{
    private const ushort Channel = ChannelData.FirstChannel;
    private const int Lifetime = 3600;
    private const uint Udp = 17u << 24;
    private const int Tries = 20;
    private const int SignedTries = 3;

    private static readonly TimeSpan AnswerMax = TimeSpan.FromMilliseconds(500);

    private readonly LegSet _legs;
    private readonly uint _address;
    private readonly int _port;
    private readonly TransportAddress[] _relayed;
    private readonly byte[] _transaction = new byte[StunMessageReader.TransactionIdBytes];
    private readonly byte[] _request = new byte[1024];
    private byte[] _realm = [];
    private byte[] _nonce = [];
    private byte[]? _answer;

    /// <param name="legs">They all share a socket, one address each.</param>
    /// <param name="address">The server's.</param>
    /// <param name="port">The server's.</param>
    public TurnLegs(LegSet legs, uint address, int port)
    {
        (_legs, _address, _port) = (legs, address, port);
        _relayed = new TransportAddress[legs.Legs.Count];
    }

    private delegate void AttributeWriter(ref StunMessageWriter writer);

    /// <summary>Every leg's peer is the relayed address of its pair's other leg.</summary>
    public void OpenPairs()
    {
        Open(leg => _relayed[leg.Index ^ 1]);
        foreach (LoadLeg leg in _legs.Legs)
        {
            leg.IncomingSsrc = leg.Source!.Ssrc;
        }
    }

    /// <summary>The peer of every leg that is to be behind an allocation is the server's media port.</summary>
    public void OpenToMedia(uint address, int port)
    {
        var media = TransportAddress.FromIPv4(address, (ushort)port);
        Open(_ => media);
    }

    private void Open(Func<LoadLeg, TransportAddress> peerOf)
    {
        LoadLeg[] some = [.. _legs.Legs.Where(leg => _legs.Plan.IsBehindTurn(leg.Index))];
        _legs.Run.HandleOther = HandleAnswer;
        foreach (LoadLeg leg in some)
        {
            (leg.ServerAddress, leg.ServerPort) = (_address, _port);
            Allocate(leg);
        }

        foreach (LoadLeg leg in some)
        {
            BindChannel(leg, peerOf(leg));
            leg.Channel = Channel;
        }

        _legs.Run.HandleOther = null;
    }

    private void Allocate(LoadLeg leg)
    {
        StunMessageReader answer = Ask(leg, StunMethod.Allocate, (ref StunMessageWriter writer) =>
        {
            writer.AddUInt32(StunAttributeType.RequestedTransport, Udp);
            writer.AddUInt32(StunAttributeType.Lifetime, Lifetime);
        });
        if (!answer.TryGetXorAddress(StunAttributeType.XorRelayedAddress, out _relayed[leg.Index]))
        {
            throw new UsageException("The TURN server's answer to an Allocate has no relayed address.");
        }
    }

    private void BindChannel(LoadLeg leg, TransportAddress peer) => Ask(leg, StunMethod.ChannelBind, (ref StunMessageWriter writer) =>
    {
        writer.AddUInt32(StunAttributeType.ChannelNumber, (uint)Channel << 16);
        writer.AddXorAddress(StunAttributeType.XorPeerAddress, peer);
    });

    // Without credentials first, then with the realm and the nonce of the answer.
    private StunMessageReader Ask(LoadLeg leg, StunMethod method, AttributeWriter write)
    {
        _nonce = [];
        int code = 0;
        for (int i = 0; i < SignedTries; i++)
        {
            StunMessageReader answer = AskOnce(leg, method, write);
            if (answer.Class == StunClass.SuccessResponse)
            {
                return answer;
            }

            _ = answer.TryGetErrorCode(out code);
            if (!answer.TryGetAttribute(StunAttributeType.Realm, out ReadOnlySpan<byte> realm)
                || !answer.TryGetAttribute(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce))
            {
                break;
            }

            (_realm, _nonce) = (realm.ToArray(), nonce.ToArray());
        }

        throw new UsageException($"The TURN server refused {method}: {code}.");
    }

    private StunMessageReader AskOnce(LoadLeg leg, StunMethod method, AttributeWriter write)
    {
        RandomNumberGenerator.Fill(_transaction);
        var writer = new StunMessageWriter(_request);
        writer.WriteHeader(StunClass.Request, method, _transaction);
        write(ref writer);
        if (_nonce.Length > 0)
        {
            Sign(ref writer);
        }

        _answer = null;
        for (int i = 0; i < Tries; i++)
        {
            fixed (byte* request = _request)
            {
                _legs.Socket.Load(0, request, writer.Length, segment: 0, leg.LocalAddress, leg.ServerAddress, leg.ServerPort);
                _legs.Socket.Send(1);
            }

            for (long sent = Stopwatch.GetTimestamp(); _answer is null && Stopwatch.GetElapsedTime(sent) < AnswerMax;)
            {
                _legs.Run.Receive();
            }

            if (_answer is not null && StunMessageReader.TryParse(_answer, out StunMessageReader answer) == DropReason.None)
            {
                return answer;
            }
        }

        throw new UsageException($"The TURN server does not answer {method}.");
    }

    private void Sign(ref StunMessageWriter writer)
    {
        byte[] name = Encoding.ASCII.GetBytes(TurnUserAccount.Name);
        Span<byte> key = stackalloc byte[LongTermKey.MaxBytes];
        key = key[..LongTermKey.Write(PasswordAlgorithm.Md5, name, _realm, Encoding.ASCII.GetBytes(TurnUserAccount.Password), key)];
        writer.AddUsername(name);
        writer.AddAttribute(StunAttributeType.Realm, _realm);
        writer.AddAttribute(StunAttributeType.Nonce, _nonce);
        writer.AddMessageIntegrity(key);
    }

    private void HandleAnswer(LoadLeg leg, ReadOnlySpan<byte> datagram)
    {
        if (StunMessageReader.TryParse(datagram, out StunMessageReader message) == DropReason.None
            && message.TransactionId.SequenceEqual(_transaction))
        {
            _answer = datagram.ToArray();
        }
    }
}
