using System.Net;
using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>A TURN server in virtual time, what it sent, and relay ports that are only numbers.</summary>
internal sealed class TurnRig : IRelayPorts, IClientStreams
{
    public const string Realm = "relay";

    public static readonly TransportAddress Media = At("198.51.100.1:3478");
    public static readonly TransportAddress MediaIPv6 = At("[2001:db8:1::1]:3478");
    public static readonly TransportAddress World = At("93.184.216.34:9000");
    public static readonly TransportAddress WorldIPv6 = At("[2606:4700::1]:9000");

    /// <summary>An announced address of each family, and a small range of ports.</summary>
    public static readonly TurnOptions Options = new()
    {
        RelayIPv4 = At("198.51.100.1:0"),
        RelayIPv6 = At("[2001:db8:1::1]:0"),
        RelayPortMin = 50_000,
        RelayPortMax = 50_099,
        AllocationsMax = 64,
        ReservationsMax = 8,
        AllowMobility = true,
        UnixSecondsAtZero = 1_000_000,
    };

    private readonly List<TurnSent> _sent = [];

    /// <param name="options">Limits.</param>
    /// <param name="mode">Whom clients may reach.</param>
    /// <param name="allowed">The operator's exceptions.</param>
    /// <param name="secrets">Takes time-limited users as well.</param>
    /// <param name="tcp">Gives out TCP allocations.</param>
    /// <param name="moreMedia">Own media at an address that is not that of relayed addresses.</param>
    public TurnRig(
        TurnOptions? options = null,
        PeerMode mode = PeerMode.OwnMedia,
        AddressRange[]? allowed = null,
        string[]? secrets = null,
        bool tcp = false,
        TransportAddress? moreMedia = null)
    {
        Pool = new PacketPool(512, isChecked: true);
        Transmits = new TransmitQueue(Pool, 256);
        var credentials = new TurnCredentials(
            Realm, [new TurnUser("alice", "a secret"), new TurnUser("bob", "b secret")], secrets ?? []);
        var policy = new PeerPolicy(new PeerPolicyOptions
        {
            Mode = mode,
            OwnMedia = moreMedia is { } more ? [Media, MediaIPv6, more] : [Media, MediaIPv6],
            HostAddresses = [Media, MediaIPv6],
            Allowed = allowed ?? [],
        });
        var random = new SeededRandomSource(1);
        Server = new TurnServer(
            options ?? Options,
            Pool,
            Transmits,
            credentials,
            new TurnNonce(TimeSpan.FromHours(1), random),
            policy,
            mode == PeerMode.Public ? this : null,
            random,
            tcp ? Tcp : null,
            this);
    }

    public TurnServer Server { get; }

    public PacketPool Pool { get; }

    public TransmitQueue Transmits { get; }

    /// <summary>The time; <see cref="Advance"/> moves it.</summary>
    public Instant Now { get; private set; } = Instant.Zero + TimeSpan.FromHours(1);

    /// <summary>Open relay ports: handle to port.</summary>
    public Dictionary<int, ushort> Open { get; } = [];

    /// <summary>Ports ever opened for more than one allocation.</summary>
    public int SharedOpened { get; private set; }

    /// <summary>What the server wants of TCP.</summary>
    public TestPeerConnections Tcp { get; } = new();

    /// <summary>Streams that the server wanted closed.</summary>
    public List<TransportAddress> ClosedStreams { get; } = [];

    /// <summary>Ports that another program has.</summary>
    public HashSet<ushort> Taken { get; } = [];

    public static TransportAddress At(string endpoint) => TransportAddress.FromEndPoint(IPEndPoint.Parse(endpoint));

    public bool TryOpen(bool isIPv6, ushort port, bool isShared, out int handle)
    {
        handle = Open.Count == 0 ? 1 : Open.Keys.Max() + 1;
        if (Taken.Contains(port))
        {
            return false;
        }

        Open.Add(handle, port);
        SharedOpened += isShared ? 1 : 0;
        return true;
    }

    public void Close(int handle) => Assert.True(Open.Remove(handle));

    public void Close(in TransportAddress stream) => ClosedStreams.Add(stream);

    /// <summary>Lets time pass, with all timers in between.</summary>
    public void Advance(TimeSpan time)
    {
        Instant end = Now + time;
        while (Server.NextTimeout <= end)
        {
            Now = Server.NextTimeout > Now ? Server.NextTimeout : Now;
            Server.HandleTimeout(Now);
        }

        Now = end;
    }

    public DropReason Handle(byte[] message, in TransportAddress client, out TurnHop hop) =>
        Server.HandleClient(message, client, Real(client), Now, out hop);

    public DropReason Handle(byte[] message, in TransportAddress client) => Handle(message, client, out _);

    /// <summary>What was sent since the last call.</summary>
    public List<TurnSent> Drain()
    {
        _sent.Clear();
        while (Transmits.TryDequeue(out Transmit transmit))
        {
            _sent.Add(new TurnSent(
                Pool.Span(transmit.Packet, transmit.Offset, transmit.Length).ToArray(),
                transmit.Remote,
                transmit.Via,
                transmit.DontFragment));
            Pool.Release(transmit.Packet, PacketOwner.Transmit);
        }

        Assert.Equal(0, Pool.InUse);
        return [.. _sent];
    }

    /// <summary>The engine sends to a client behind an allocation; null if the server does not let it.</summary>
    public TurnSent? Wrap(byte[] payload, in TransportAddress peer, int offset = PacketPool.HeadroomBytes)
    {
        Assert.True(Pool.TryRent(PacketOwner.Transmit, out PacketHandle packet));
        payload.CopyTo(Pool.Slot(packet)[offset..]);
        var transmit = new Transmit { Packet = packet, Offset = offset, Length = payload.Length, Remote = peer };
        TurnSent? sent = Server.TryWrap(ref transmit, Now)
            ? new TurnSent(
                Pool.Span(packet, transmit.Offset, transmit.Length).ToArray(),
                transmit.Remote,
                transmit.Via,
                transmit.DontFragment)
            : null;
        Pool.Release(packet, PacketOwner.Transmit);
        return sent;
    }

    // Streams come from one NAT.
    private static TransportAddress Real(in TransportAddress client) =>
        VirtualAddress.IsVirtual(client) ? At("192.0.2.200:4000") : client;
}
