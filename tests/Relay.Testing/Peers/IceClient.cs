using System.Net;
using System.Security.Cryptography;
using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Testing.Peers;

/// <summary>
/// The controlling side of ICE towards one candidate of an ICE-lite relay (RFC 8445): binding requests that nominate at
/// once, then consent checks (RFC 7675).
/// </summary>
internal sealed class IceClient
{
    private const uint HostCandidatePriority = 1853824767;

    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(50);

    private readonly TimeSpan _consentInterval;
    private readonly Random _random;
    private readonly ulong _tieBreaker = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    // Not from OpenSSL: its locks spin, which holds up a load generator's urgent thread for as long as it likes.
    private readonly Random _transactionIds = new();
    private readonly byte[] _transactionId = new byte[StunMessageReader.TransactionIdBytes];
    private byte[] _username = [];
    private byte[] _remotePassword = [];
    private byte[] _localPassword = [];
    private bool _isChecking;

    public IceClient(TimeSpan consentInterval, int seed)
    {
        _consentInterval = consentInterval;
        _random = new Random(seed);
    }

    /// <summary>A check was answered, under the present credentials.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>False stops the checks: consent runs out at the relay.</summary>
    public bool SendsChecks { get; set; } = true;

    /// <summary>When the last check was answered.</summary>
    public Instant LastAnswer { get; private set; }

    /// <summary>Checks answered.</summary>
    public int Answers { get; private set; }

    /// <summary>The last error response, 0 for none.</summary>
    public int LastErrorCode { get; private set; }

    /// <summary>This side's address as the relay sees it; null until connected.</summary>
    public IPEndPoint? MappedAddress { get; private set; }

    public Instant NextTimeout { get; private set; } = Instant.Never;

    /// <summary>Begins, or begins again after an ICE restart.</summary>
    public void Start(PeerIdentity identity, string remoteUfrag, string remotePassword, Instant now)
    {
        _username = Encoding.ASCII.GetBytes(remoteUfrag + ":" + identity.Ufrag);
        _remotePassword = Encoding.ASCII.GetBytes(remotePassword);
        _localPassword = Encoding.ASCII.GetBytes(identity.Password);
        IsConnected = false;
        _isChecking = true;
        NextTimeout = now;
    }

    /// <summary>Sends a check now, such as from a new port.</summary>
    public void CheckNow(Instant now) => NextTimeout = _isChecking ? now : NextTimeout;

    /// <summary>Writes the next binding request; returns its length.</summary>
    public int HandleTimeout(Span<byte> destination, Instant now)
    {
        NextTimeout = now + (IsConnected ? _consentInterval * (0.8 + (0.4 * _random.NextDouble())) : CheckInterval);
        if (!SendsChecks)
        {
            return 0;
        }

        _transactionIds.NextBytes(_transactionId);
        var writer = new StunMessageWriter(destination);
        writer.WriteHeader(StunClass.Request, StunMethod.Binding, _transactionId);
        writer.AddUsername(_username);
        writer.AddIceControlling(_tieBreaker);
        writer.AddUseCandidate();
        writer.AddPriority(HostCandidatePriority);
        writer.AddMessageIntegrity(_remotePassword);
        writer.AddFingerprint();
        return writer.Length;
    }

    /// <summary>Takes a STUN message; writes the answer, if it wants one, and returns the answer's length.</summary>
    public int HandleMessage(ReadOnlySpan<byte> datagram, in TransportAddress remote, Span<byte> answer, Instant now)
    {
        if (StunMessageReader.TryParse(datagram, out StunMessageReader message) != DropReason.None)
        {
            return 0;
        }

        switch (message.Class)
        {
            case StunClass.Request when message.VerifyIntegrity(_localPassword):
                var writer = new StunMessageWriter(answer);
                writer.WriteHeader(StunClass.SuccessResponse, StunMethod.Binding, message.TransactionId);
                writer.AddXorMappedAddress(remote);
                writer.AddMessageIntegrity(_localPassword);
                writer.AddFingerprint();
                return writer.Length;
            case StunClass.SuccessResponse
                when message.TransactionId.SequenceEqual(_transactionId) && message.VerifyIntegrity(_remotePassword):
                IsConnected = true;
                Answers++;
                LastAnswer = now;
                MappedAddress = message.TryGetXorMappedAddress(out TransportAddress mapped) ? mapped.ToEndPoint() : null;
                NextTimeout = now + (_consentInterval * (0.8 + (0.4 * _random.NextDouble())));
                return 0;
            case StunClass.ErrorResponse when message.TransactionId.SequenceEqual(_transactionId):
                LastErrorCode = message.TryGetErrorCode(out int code) ? code : LastErrorCode;
                return 0;
            default:
                return 0;
        }
    }
}
