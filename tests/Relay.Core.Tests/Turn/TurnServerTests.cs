using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class TurnServerTests
{
    private static readonly TransportAddress Address = TurnRig.At("192.0.2.1:5000");
    private static readonly TransportAddress Stream = VirtualAddress.Of(VirtualAddressKind.Stream, 7, 3);

    private readonly TurnRig _rig = new();

    private TurnTestClient Client => field ??= new TurnTestClient(_rig, Address);

    [Fact]
    public void A_binding_request_hears_its_real_address()
    {
        byte[] request = Client.Build(StunMethod.Binding, TurnTestClient.Nothing, isSigned: false);
        Assert.True(Client.Send(request).Stun.TryGetXorMappedAddress(out TransportAddress mapped));
        Assert.Equal(Address, mapped);

        Client.Address = Stream;
        Assert.True(Client.Send(request).Stun.TryGetXorMappedAddress(out mapped));
        Assert.Equal(TurnRig.At("192.0.2.200:4000"), mapped);
        Assert.Equal(2, _rig.Server.Counters.Requests);
    }

    [Fact]
    public void A_binding_request_with_an_unknown_attribute_hears_which()
    {
        byte[] request = Client.Build(
            StunMethod.Binding, (ref w) => w.AddAttribute(StunAttributeType.ChangeRequest, [0, 0, 0, 0]), isSigned: false);
        TurnSent answer = Client.Send(request);
        Assert.Equal(StunErrorCode.UnknownAttribute, answer.Error);
        Assert.Equal([0, 3], answer.Get(StunAttributeType.UnknownAttributes)!);
        Assert.Equal(1, _rig.Server.Counters.Refused(TurnRefusal.UnknownAttribute));
    }

    [Fact]
    public void What_is_no_request_of_turn_is_dropped_without_an_answer()
    {
        byte[] connect = Client.Build(StunMethod.Connect, TurnTestClient.Nothing);
        byte[] keepalive = Client.Build(StunMethod.Binding, TurnTestClient.Nothing, isSigned: false, StunClass.Indication);
        byte[] indication = Client.Build(StunMethod.Data, TurnTestClient.Nothing, isSigned: false, StunClass.Indication);
        byte[] response = Client.Build(StunMethod.Allocate, TurnTestClient.Nothing, isSigned: false, StunClass.SuccessResponse);
        Assert.Equal(DropReason.StunUnexpectedMethod, _rig.Handle(connect, Address));
        Assert.Equal(DropReason.None, _rig.Handle(keepalive, Address));
        Assert.Equal(DropReason.StunUnexpectedMethod, _rig.Handle(indication, Address));
        Assert.Equal(DropReason.StunUnexpectedClass, _rig.Handle(response, Address));
        Assert.Equal(DropReason.StunTruncated, _rig.Handle([0, 1], Address));
        Assert.Equal(DropReason.ChannelDataTruncated, _rig.Handle([64, 0], Address));
        Assert.Empty(_rig.Drain());
    }

    [Fact]
    public void An_unknown_attribute_in_an_authenticated_request_is_told_with_a_signature()
    {
        Client.Allocate();
        TurnSent answer = Client.Refresh(600, (ref w) => w.AddAttribute(0x7777, []));
        Assert.Equal(StunErrorCode.UnknownAttribute, answer.Error);
        Assert.Equal([0x77, 0x77], answer.Get(StunAttributeType.UnknownAttributes)!);
        Assert.True(answer.Stun.HasIntegrity);
    }

    [Fact]
    public void An_allocation_ends_when_nobody_refreshes_it()
    {
        Assert.Equal(Instant.Never, _rig.Server.NextTimeout);
        Client.Allocate();
        Assert.Equal(_rig.Now + TimeSpan.FromSeconds(600), _rig.Server.NextTimeout);
        _rig.Advance(TimeSpan.FromSeconds(599));
        Assert.Equal(1, _rig.Server.AllocationCount);
        _rig.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, _rig.Server.AllocationCount);
        Assert.Equal(0, _rig.Server.Counters.Allocations);
        Assert.Equal(1, _rig.Server.Counters.AllocationsTotal);
        Assert.Equal(Instant.Never, _rig.Server.NextTimeout);
    }

    [Fact]
    public void A_closed_stream_ends_its_allocation_unless_it_can_move()
    {
        Client.Address = Stream;
        Client.Allocate();
        _rig.Server.HandleStreamClosed(VirtualAddress.Of(VirtualAddressKind.Stream, 7, 4), _rig.Now);
        Assert.Equal(1, _rig.Server.AllocationCount);
        _rig.Server.HandleStreamClosed(Stream, _rig.Now);
        Assert.Equal(0, _rig.Server.AllocationCount);

        Client.Allocate((ref w) => w.AddAttribute(StunAttributeType.MobilityTicket, []));
        _rig.Server.HandleStreamClosed(Stream, _rig.Now);
        Assert.Equal(1, _rig.Server.AllocationCount);
    }

    [Fact]
    public void Packets_and_refused_requests_allocate_no_memory()
    {
        Client.Allocate();
        Assert.Equal(0, Client.Bind(0x4000, TurnRig.Media));
        byte[] onChannel = TurnTestClient.OnChannel(0x4000, new byte[500]);
        byte[] send = Client.Indication(TurnRig.Media, new byte[500]);
        byte[] refused = Client.Build(StunMethod.ChannelBind, TurnTestClient.Nothing);
        byte[] unsigned = Client.Build(StunMethod.Allocate, TurnTestClient.Udp, isSigned: false);
        byte[] mismatch = Client.Build(StunMethod.Allocate, TurnTestClient.Udp);
        Assert.Equal(DropReason.None, _rig.Handle(onChannel, Address, out TurnHop hop));
        Assert.True(_rig.Pool.TryRent(PacketOwner.Engine, out PacketHandle packet));
        long allocated = 0;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 50; i++)
            {
                _rig.Handle(onChannel, Address, out _);
                _rig.Handle(send, Address, out _);
                _rig.Handle(refused, Address, out _);
                _rig.Handle(unsigned, Address, out _);
                _rig.Handle(mismatch, Address, out _);
                var transmit = new Transmit { Packet = packet, Offset = 64, Length = 1000, Remote = hop.Remote };
                _rig.Server.TryWrap(ref transmit, _rig.Now);
                while (_rig.Transmits.TryDequeue(out transmit))
                {
                    _rig.Pool.Release(transmit.Packet, PacketOwner.Transmit);
                }
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        _rig.Pool.Release(packet, PacketOwner.Engine);
        Assert.Equal(0, allocated);
        Assert.Equal(100, _rig.Server.Counters.Refused(TurnRefusal.BadRequest));
        Assert.Equal(100, _rig.Server.Counters.Refused(TurnRefusal.AllocationMismatch));
        Assert.Equal(100, _rig.Server.Counters.MessagesToClients);
        Assert.Equal(201, _rig.Server.Counters.MessagesFromClients);
    }

    [Fact]
    public void Mutated_messages_do_no_harm()
    {
        var rig = new TurnRig(TurnRig.Options with { AnswersPerSecond = 1_000_000, AnswersBurst = 1_000_000 }, PeerMode.Public);
        var client = new TurnTestClient(rig, Address);
        client.Allocate();
        client.Bind(0x4000, TurnRig.World);
        byte[][] messages =
        [
            TurnTestClient.OnChannel(0x4000, new byte[40]),
            client.Indication(TurnRig.World, new byte[40]),
            client.Build(StunMethod.Allocate, TurnTestClient.Udp),
            client.Build(StunMethod.Allocate, TurnTestClient.Udp, isSigned: false),
            client.Build(StunMethod.Refresh, (ref w) => w.AddAttribute(StunAttributeType.MobilityTicket, new byte[20])),
            client.Build(StunMethod.CreatePermission, TurnTestClient.Peers(TurnRig.World, TurnRig.Media)),
            client.Build(StunMethod.ChannelBind, TurnTestClient.Peers(TurnRig.World)),
            client.Build(StunMethod.Binding, TurnTestClient.Nothing, isSigned: false),
        ];
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] message = [.. messages[random.Next(messages.Length)]];
            for (int flips = random.Next(4); flips > 0; flips--)
            {
                message[random.Next(message.Length)] ^= (byte)(1 << random.Next(8));
            }

            rig.Handle(random.Next(5) == 0 ? message[..random.Next(message.Length)] : message, Address);
            rig.Drain();
        }

        Assert.Equal(1, rig.Server.AllocationCount);
        Assert.InRange(rig.Server.Counters.Requests, 1000, 20_000);
    }
}
