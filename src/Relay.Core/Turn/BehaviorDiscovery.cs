using System.Buffers.Binary;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>
/// NAT behaviour discovery (RFC 5780): Binding requests on two addresses and two ports each, whose answers leave by the socket
/// and go to the port that the client names, so that it learns what its NAT maps and lets through. It proves nothing about its
/// source, so answers are few for each prefix and never much longer than the question. Not for several threads at once.
/// </summary>
public sealed class BehaviorDiscovery
{
    /// <summary>
    /// The four sockets: primary address and port, primary address and alternate port, alternate address and primary port,
    /// alternate address and port.
    /// </summary>
    public const int SocketCount = 4;

    // The bits of a socket's number.
    private const int OtherPort = 1;
    private const int OtherAddress = 2;

    // CHANGE-REQUEST's value (RFC 5780 section 7.2).
    private const uint ChangeIP = 4;
    private const uint ChangePort = 2;

    private const int AttributeHeaderBytes = 4;
    private const int FingerprintBytes = AttributeHeaderBytes + 4;
    private const int IPv4ValueBytes = 8;
    private const int UnknownMax = 8;

    private static readonly ushort[] KnownAttributes =
        [StunAttributeType.ChangeRequest, StunAttributeType.ResponsePort, StunAttributeType.Padding];

    private readonly TransportAddress[] _addresses;
    private readonly PrefixBudget _budget;
    private long _requests;
    private long _answers;

    /// <param name="primary">As clients are told.</param>
    /// <param name="alternate">Another address and another port, of the same family.</param>
    /// <param name="budget">Of this service alone.</param>
    public BehaviorDiscovery(in TransportAddress primary, in TransportAddress alternate, PrefixBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        if (primary.IsIPv4 != alternate.IsIPv4 || primary.Address == alternate.Address || primary.Port == alternate.Port)
        {
            throw new ArgumentException("Two addresses of one family with two ports are needed.", nameof(alternate));
        }

        _addresses = Combine(primary, alternate);
        _budget = budget;
    }

    /// <summary>Well-formed Binding requests so far.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Answers so far.</summary>
    public long Answers => Volatile.Read(ref _answers);

    /// <summary>The addresses of the four sockets, by their numbers.</summary>
    public static TransportAddress[] Combine(in TransportAddress primary, in TransportAddress alternate) =>
        [primary, primary with { Port = alternate.Port }, alternate with { Port = primary.Port }, alternate];

    /// <summary>Takes a datagram; the reason why there is no answer, or none.</summary>
    /// <param name="datagram">What came.</param>
    /// <param name="socket">By which of the four sockets, 0 to 3.</param>
    /// <param name="source">From where.</param>
    /// <param name="buffer">Room for the answer, <see cref="StunMessageReader.MaxMessageBytes"/>.</param>
    /// <param name="answer">What to send.</param>
    /// <param name="now">The time.</param>
    public DropReason Handle(
        ReadOnlySpan<byte> datagram,
        int socket,
        in TransportAddress source,
        Span<byte> buffer,
        out DiscoveryAnswer answer,
        Instant now)
    {
        answer = default;
        DropReason reason = StunMessageReader.TryParse(datagram, out StunMessageReader request);
        if (reason != DropReason.None)
        {
            return reason;
        }

        // Answers are not answered: two servers could not be set on each other.
        if (request.Class != StunClass.Request)
        {
            return DropReason.StunUnexpectedClass;
        }

        if (request.Method != StunMethod.Binding)
        {
            return DropReason.StunUnexpectedMethod;
        }

        Volatile.Write(ref _requests, _requests + 1);
        if (source.Port == 0 || !_budget.TryTake(source, now))
        {
            return DropReason.TurnUnanswered;
        }

        var writer = new StunMessageWriter(buffer);
        answer = Answer(request, datagram.Length, socket, source, ref writer);
        if (!AnswerLimit.Fits(source, datagram.Length, writer.Length))
        {
            answer = default;
            return DropReason.TurnUnanswered;
        }

        Volatile.Write(ref _answers, _answers + 1);
        return DropReason.None;
    }

    private DiscoveryAnswer Answer(
        in StunMessageReader request, int length, int socket, in TransportAddress source, scoped ref StunMessageWriter writer)
    {
        Span<ushort> unknown = stackalloc ushort[UnknownMax];
        int count = request.CollectUnknownRequired(KnownAttributes, unknown);
        if (count > 0)
        {
            writer.WriteHeader(StunClass.ErrorResponse, StunMethod.Binding, request.TransactionId);
            writer.AddErrorCode(StunErrorCode.UnknownAttribute);
            writer.AddUnknownAttributes(unknown[..count]);
        }
        else if (TryReadWishes(request, socket, source.Port, out int from, out ushort to))
        {
            WriteSuccess(request, length, socket, from, source, ref writer);
            return new DiscoveryAnswer(writer.Length, from, to);
        }
        else
        {
            writer.WriteHeader(StunClass.ErrorResponse, StunMethod.Binding, request.TransactionId);
            writer.AddErrorCode(StunErrorCode.BadRequest);
        }

        AddFingerprint(request, length, source, ref writer);
        return new DiscoveryAnswer(writer.Length, socket, source.Port);
    }

    /// <summary>CHANGE-REQUEST and RESPONSE-PORT; false if one is malformed, or a port comes with PADDING.</summary>
    private static bool TryReadWishes(in StunMessageReader request, int socket, ushort sourcePort, out int from, out ushort to)
    {
        (from, to) = (socket, sourcePort);
        if (request.TryGetUInt32(StunAttributeType.ChangeRequest, out uint change))
        {
            from ^= ((change & ChangeIP) != 0 ? OtherAddress : 0) | ((change & ChangePort) != 0 ? OtherPort : 0);
        }
        else if (request.TryGetAttribute(StunAttributeType.ChangeRequest, out _))
        {
            return false;
        }

        if (!request.TryGetAttribute(StunAttributeType.ResponsePort, out ReadOnlySpan<byte> port))
        {
            return true;
        }

        // Two bytes, and two of padding that clients count as part of the value.
        if (port.Length is not (sizeof(ushort) or sizeof(uint)) || request.TryGetAttribute(StunAttributeType.Padding, out _))
        {
            return false;
        }

        to = BinaryPrimitives.ReadUInt16BigEndian(port);
        return to != 0;
    }

    // The most useful first, and what fits. To the shortest question (20 bytes) over IPv4 go the first two, over IPv6 the first
    // alone; a client that adds an attribute, such as CHANGE-REQUEST or FINGERPRINT, gets one more.
    private void WriteSuccess(
        in StunMessageReader request, int length, int socket, int from, in TransportAddress source, scoped ref StunMessageWriter writer)
    {
        writer.WriteHeader(StunClass.SuccessResponse, StunMethod.Binding, request.TransactionId);
        writer.AddXorMappedAddress(source);
        TryAdd(StunAttributeType.OtherAddress, _addresses[socket ^ (OtherAddress | OtherPort)], length, source, ref writer);
        TryAdd(StunAttributeType.ResponseOrigin, _addresses[from], length, source, ref writer);
        TryAdd(StunAttributeType.MappedAddress, source, length, source, ref writer);
        AddPadding(request, length, ref writer);
        AddFingerprint(request, length, source, ref writer);
    }

    private static void TryAdd(
        ushort type, in TransportAddress address, int question, in TransportAddress source, scoped ref StunMessageWriter writer)
    {
        int bytes = AttributeHeaderBytes + (address.IsIPv4 ? IPv4ValueBytes : StunAddress.MaxBytes);
        if (AnswerLimit.Fits(source, question, writer.Length + bytes))
        {
            writer.AddAddress(type, address);
        }
    }

    // RFC 5780 section 7.6 wants fragments both ways; never more bytes than the question had.
    private static void AddPadding(in StunMessageReader request, int question, scoped ref StunMessageWriter writer)
    {
        int room = question - writer.Length - AttributeHeaderBytes - (request.HasFingerprint ? FingerprintBytes : 0);
        if (room > 0 && request.TryGetAttribute(StunAttributeType.Padding, out _))
        {
            // Both lengths are multiples of 4, so the room is.
            writer.ReserveAttribute(StunAttributeType.Padding, room, out Span<byte> padding);
            padding.Clear();
        }
    }

    private static void AddFingerprint(
        in StunMessageReader request, int question, in TransportAddress source, scoped ref StunMessageWriter writer)
    {
        if (request.HasFingerprint && AnswerLimit.Fits(source, question, writer.Length + FingerprintBytes))
        {
            writer.AddFingerprint();
        }
    }
}
