using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary><see cref="RelayBudget"/> as packets meet it.</summary>
public class RelayBudgetTests
{
    private static readonly TransportAddress First = TurnRig.At("192.0.2.1:5000");
    private static readonly TransportAddress Second = TurnRig.At("192.0.2.1:5001");

    [Fact]
    public void An_allocation_has_its_bytes_a_second_both_ways_together()
    {
        var rig = new TurnRig(TurnRig.Options with { AllocationBytesPerSecond = 1000 });
        TransportAddress remote = Bind(rig, First);
        Bind(rig, Second);
        Assert.Equal(DropReason.None, rig.Handle(Data(600), First));
        Assert.NotNull(rig.Wrap(new byte[399], remote));
        Assert.Null(rig.Wrap(new byte[2], remote));
        Assert.Equal(DropReason.TurnOverRate, rig.Handle(Data(2), First, out TurnHop hop));
        Assert.True(hop.IsNone);
        Assert.Equal(DropReason.None, rig.Handle(Data(600), Second));
        rig.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(DropReason.None, rig.Handle(Data(500), First));
        Assert.Equal(DropReason.TurnOverRate, rig.Handle(Data(2), First));
    }

    [Fact]
    public void All_allocations_have_theirs()
    {
        var rig = new TurnRig(TurnRig.Options with { TotalBytesPerSecond = 1000 });
        Bind(rig, First);
        Bind(rig, Second);
        Assert.Equal(DropReason.None, rig.Handle(Data(600), First));
        Assert.Equal(DropReason.TurnOverRate, rig.Handle(Data(600), Second));
        rig.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(DropReason.None, rig.Handle(Data(600), Second));
    }

    private static byte[] Data(int bytes) => TurnTestClient.OnChannel(0x4000, new byte[bytes]);

    private static TransportAddress Bind(TurnRig rig, TransportAddress address)
    {
        var client = new TurnTestClient(rig, address);
        client.Allocate();
        Assert.Equal(0, client.Bind(0x4000, TurnRig.Media));
        rig.Handle(Data(0), address, out TurnHop hop);
        return hop.Remote;
    }
}
