using System.Buffers.Binary;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>
/// One client's allocation (RFC 8656 section 5): its relayed addresses, whom it may talk to, and what it may spend.
/// </summary>
internal sealed class TurnAllocation
{
    // Fields: they are mutable structs.
    public RelayedAddress IPv4;
    public RelayedAddress IPv6;
    public ByteBudget Budget;

    private readonly byte[] _username;
    private readonly byte[] _key;
    private readonly UInt128 _transaction;

    /// <param name="slot">Its entry in the table.</param>
    /// <param name="generation">Tells it from earlier ones there.</param>
    /// <param name="request">The Allocate, authenticated.</param>
    /// <param name="options">Limits.</param>
    public TurnAllocation(int slot, uint generation, in TurnRequest request, TurnOptions options)
    {
        Slot = slot;
        Generation = generation;
        Client = request.Client;
        Mapped = request.Mapped;
        _username = request.Message.Username.ToArray();
        _key = request.Key.ToArray();
        User = request.User;
        _transaction = Transaction(request.Message);
        Permissions = new PermissionTable(options.PermissionsMax);
        Channels = new ChannelTable(options.ChannelsMax);
        Budget = new ByteBudget(options.AllocationBytesPerSecond, request.Now);
    }

    public int Slot { get; }

    public uint Generation { get; }

    /// <summary>The flow of the client: its UDP address, or the stream that stands for its connection.</summary>
    public TransportAddress Client { get; set; }

    /// <summary>The client's real address.</summary>
    public TransportAddress Mapped { get; set; }

    /// <summary>USERNAME of the Allocate; empty if it had USERHASH.</summary>
    public ReadOnlySpan<byte> Username => _username;

    /// <summary>Who made it (<see cref="TurnAuthentication.User"/>).</summary>
    public UInt128 User { get; }

    /// <summary>The user's key, so that later requests need no look-up and no derivation.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>How <see cref="Key"/> was made.</summary>
    public PasswordAlgorithm Algorithm =>
        _key.Length == LongTermKey.MaxBytes ? PasswordAlgorithm.Sha256 : PasswordAlgorithm.Md5;

    /// <summary>Under what the user is counted.</summary>
    public ulong AccountKey { get; set; }

    /// <summary>Under what the source is counted.</summary>
    public ulong SourceKey { get; set; }

    public PermissionTable Permissions { get; }

    public ChannelTable Channels { get; }

    /// <summary>Its transport is TCP (RFC 6062): it has connections, and no packets.</summary>
    public bool IsTcp { get; set; }

    /// <summary>Its TCP connections to peers.</summary>
    public List<PeerConnection> Connections => field ??= [];

    /// <summary>What the Allocate's answer said, for when it is asked again.</summary>
    public TimeSpan FirstLifetime { get; set; }

    /// <summary>RESERVATION-TOKEN of the Allocate's answer; 0 if there was none.</summary>
    public ulong ReservationToken { get; set; }

    /// <summary>ADDRESS-ERROR-CODE of the Allocate's answer (RFC 8656 section 7.2); 0 if there was none.</summary>
    public int AddressErrorCode { get; set; }

    /// <summary>The family that <see cref="AddressErrorCode"/> speaks of.</summary>
    public StunAddressFamily AddressErrorFamily { get; set; }

    /// <summary>What the client shows to move the allocation; none without mobility.</summary>
    public MobilityTicket Ticket { get; set; }

    /// <summary>The ticket before: the client may not have heard of its successor yet.</summary>
    public MobilityTicket PreviousTicket { get; set; }

    /// <summary>True once it has neither address: it is over.</summary>
    public bool IsEmpty => IPv4.IsNone && IPv6.IsNone;

    /// <summary>When the next of its addresses, permissions and channels ends.</summary>
    public Instant NextTimeout => Instant.Min(
        Instant.Min(IPv4.IsNone ? Instant.Never : IPv4.ExpiresAt, IPv6.IsNone ? Instant.Never : IPv6.ExpiresAt),
        Instant.Min(Permissions.NextTimeout, Channels.NextTimeout));

    /// <summary>Whether this is the Allocate that made it, sent again.</summary>
    public bool IsMadeBy(in StunMessageReader request) => _transaction == Transaction(request);

    /// <summary>Gives it its relayed addresses.</summary>
    public void SetRelayed(in RelayedAddress ipv4, in RelayedAddress ipv6)
    {
        IPv4 = ipv4;
        IPv6 = ipv6;
        Permissions.ShareIPv4 = ipv4.Share;
        Permissions.ShareIPv6 = ipv6.Share;
    }

    /// <summary>The relayed address of the family.</summary>
    public ref RelayedAddress Relayed(bool isIPv6) => ref isIPv6 ? ref IPv6 : ref IPv4;

    /// <summary>Whether peers of this address's family can be reached.</summary>
    public bool HasFamilyOf(in TransportAddress peer) => peer.IsIPv4 ? !IPv4.IsNone : !IPv6.IsNone;

    private static UInt128 Transaction(in StunMessageReader message)
    {
        ReadOnlySpan<byte> id = message.TransactionId;
        return new UInt128(BinaryPrimitives.ReadUInt32BigEndian(id), BinaryPrimitives.ReadUInt64BigEndian(id[sizeof(uint)..]));
    }
}
