using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary><see cref="TurnDrain"/>, through the server.</summary>
public class TurnDrainTests
{
    private static readonly TransportAddress Stream = VirtualAddress.Of(VirtualAddressKind.Stream, 7, 3);

    private readonly TurnRig _rig = new(mode: PeerMode.Public);
    private int _port = 1;

    [Fact]
    public void Allocations_live_until_the_deadline_and_a_refresh_says_how_long_that_is()
    {
        TurnTestClient client = New();
        client.Allocate();
        Drain(seconds: 900.5);
        Assert.Equal(600u, client.Refresh().Lifetime);
        Assert.Equal(900u, client.Refresh(3600).Lifetime);
        _rig.Advance(TimeSpan.FromSeconds(400));
        Assert.Equal(500u, client.Refresh().Lifetime);
        _rig.Advance(TimeSpan.FromSeconds(500));
        // What is left is less than LIFETIME can say, and 0 would say that it is over.
        Assert.Equal(1u, client.Refresh().Lifetime);
        Assert.Equal(0, client.Permit(TurnRig.World));
        Assert.Equal(1, _rig.Server.AllocationCount);
        _rig.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(0, _rig.Server.AllocationCount);
        Assert.Equal(1, _rig.Server.Counters.AllocationsDrained);
        Assert.Empty(_rig.Open);
        Assert.Equal(Instant.Never, _rig.Server.NextTimeout);
    }

    [Fact]
    public void After_the_deadline_whatever_a_client_asks_says_that_its_allocation_is_gone()
    {
        TransportAddress alternate = TurnRig.At("198.51.100.9:3478");
        var rig = new TurnRig(TurnRig.Options with { AlternateIPv4 = alternate }, PeerMode.Public);
        var client = new TurnTestClient(rig, TurnRig.At("192.0.2.1:1"));
        client.Allocate();
        Assert.Equal(0, client.Bind(0x4000, TurnRig.World));
        rig.Server.StartDraining(rig.Now + TimeSpan.FromSeconds(10));
        rig.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(StunErrorCode.AllocationMismatch, client.Refresh().Error);
        Assert.Equal(StunErrorCode.AllocationMismatch, client.Permit(TurnRig.World));
        Assert.Equal(StunErrorCode.AllocationMismatch, client.Bind(0x4000, TurnRig.World));
        Assert.Equal(DropReason.TurnNoAllocation, rig.Handle(TurnTestClient.OnChannel(0x4000, [1]), client.Address));
        Assert.Equal(DropReason.TurnNoAllocation, rig.Handle(client.Indication(TurnRig.World, [1]), client.Address));
        // And so it allocates anew, and hears where.
        TurnSent answer = client.Ask(StunMethod.Allocate, TurnTestClient.Udp);
        Assert.Equal(StunErrorCode.TryAlternate, answer.Error);
        Assert.True(answer.Stun.TryGetAddress(StunAttributeType.AlternateServer, out TransportAddress told));
        Assert.Equal(alternate, told);
    }

    [Fact]
    public void Streams_of_allocations_are_closed_and_others_are_not()
    {
        var client = new TurnTestClient(_rig, Stream);
        client.Allocate();
        var other = new TurnTestClient(_rig, VirtualAddress.Of(VirtualAddressKind.Stream, 8, 1));
        Assert.Equal(StunErrorCode.AllocationMismatch, other.Refresh().Error);
        New().Allocate();
        Drain(seconds: 10);
        _rig.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([Stream], _rig.ClosedStreams);
        Assert.Equal(2, _rig.Server.Counters.AllocationsDrained);
    }

    [Fact]
    public void What_ends_by_itself_before_was_not_drained()
    {
        TurnTestClient client = New();
        client.Allocate();
        New().Allocate();
        Drain(seconds: 3600);
        Assert.Equal(0u, client.Refresh(0).Lifetime);
        _rig.Advance(TimeSpan.FromSeconds(600));
        Assert.Equal(0, _rig.Server.AllocationCount);
        _rig.Advance(TimeSpan.FromSeconds(3000));
        Assert.Equal(0, _rig.Server.Counters.AllocationsDrained);
    }

    [Fact]
    public void The_deadline_can_be_brought_forward_and_not_put_off()
    {
        New().Allocate();
        Drain(seconds: 100);
        Drain(seconds: 200);
        _rig.Advance(TimeSpan.FromSeconds(99));
        Assert.Equal(1, _rig.Server.AllocationCount);
        Drain(seconds: 0);
        Assert.Equal(_rig.Now, _rig.Server.NextTimeout);
        _rig.Advance(TimeSpan.Zero);
        Assert.Equal(0, _rig.Server.AllocationCount);
    }

    [Fact]
    public void Many_allocations_end_in_several_calls()
    {
        var rig = new TurnRig(TurnRig.Options with
        {
            RelayPortMax = 60_000,
            AllocationsMax = 2000,
            AllocationsPerUserMax = 2000,
            AllocationsPerSourceMax = 2000,
        });
        for (int i = 0; i < 1500; i++)
        {
            new TurnTestClient(rig, TurnRig.At("192.0.2.1:1") with { Port = (ushort)(i + 1) }).Allocate();
            rig.Advance(TimeSpan.FromMilliseconds(100));
        }

        rig.Server.StartDraining(rig.Now);
        rig.Server.HandleTimeout(rig.Now);
        Assert.InRange(rig.Server.AllocationCount, 1, 1499);
        Assert.Equal(rig.Now, rig.Server.NextTimeout);
        rig.Advance(TimeSpan.Zero);
        Assert.Equal(0, rig.Server.AllocationCount);
        Assert.Equal(1500, rig.Server.Counters.AllocationsDrained);
    }

    private TurnTestClient New() => new(_rig, TurnRig.At($"192.0.2.1:{_port++}"));

    private void Drain(double seconds) => _rig.Server.StartDraining(_rig.Now + TimeSpan.FromSeconds(seconds));
}
