using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>ChannelBind: <see cref="ChannelBindRequest"/>.</summary>
public class ChannelBindRequestTests
{
    private static readonly TransportAddress Address = TurnRig.At("192.0.2.1:5000");

    private readonly TurnRig _rig = new(mode: PeerMode.Public);

    private TurnTestClient Client => field ??= new TurnTestClient(_rig, Address);

    [Theory]
    [InlineData(0x3FFF, false, false)]
    [InlineData(0x4000, true, true)]
    [InlineData(0x4FFF, true, true)]
    [InlineData(0x5000, false, true)]
    [InlineData(0x7FFE, false, true)]
    [InlineData(0x7FFF, false, false)]
    public void Channel_numbers_have_a_range(int channel, bool isTaken, bool isTakenIfWide)
    {
        foreach (bool isWide in new[] { false, true })
        {
            var rig = new TurnRig(TurnRig.Options with { AllowWideChannels = isWide });
            var client = new TurnTestClient(rig, Address);
            client.Allocate();
            bool isExpected = isWide ? isTakenIfWide : isTaken;
            Assert.Equal(isExpected ? 0 : StunErrorCode.BadRequest, client.Bind((ushort)channel, TurnRig.Media));
        }
    }

    [Fact]
    public void A_channel_and_its_peer_belong_together()
    {
        Client.Allocate();
        Assert.Equal(0, Client.Bind(0x4000, TurnRig.World));
        Assert.Equal(0, Client.Bind(0x4000, TurnRig.World));
        Assert.Equal(StunErrorCode.BadRequest, Client.Bind(0x4000, TurnRig.Media));
        Assert.Equal(StunErrorCode.BadRequest, Client.Bind(0x4001, TurnRig.World));
        Assert.Equal(0, Client.Bind(0x4001, TurnRig.Media));
        Assert.Equal(StunErrorCode.BadRequest, Client.Bind(0x4001, TurnRig.World));
    }

    [Fact]
    public void A_channel_lasts_10_minutes_and_its_permission_5()
    {
        Client.Allocate((ref w) => w.AddUInt32(StunAttributeType.Lifetime, 3600));
        Assert.Equal(0, Client.Bind(0x4000, TurnRig.Media));
        byte[] data = TurnTestClient.OnChannel(0x4000, [1]);
        _rig.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(DropReason.None, _rig.Handle(data, Address));
        _rig.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(DropReason.TurnNoPermission, _rig.Handle(data, Address));
        Assert.Equal(0, Client.Permit(TurnRig.Media));
        _rig.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(DropReason.None, _rig.Handle(data, Address));
        _rig.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(DropReason.TurnNoChannel, _rig.Handle(data, Address));
        Assert.Equal(0, Client.Bind(0x4001, TurnRig.Media));
    }

    [Fact]
    public void A_peer_must_be_allowed_and_of_the_family()
    {
        Assert.Equal(StunErrorCode.AllocationMismatch, Client.Bind(0x4000, TurnRig.World));
        Client.Allocate();
        Assert.Equal(StunErrorCode.Forbidden, Client.Bind(0x4000, TurnRig.At("10.0.0.1:9")));
        Assert.Equal(StunErrorCode.Forbidden, Client.Bind(0x4000, TurnRig.World with { Port = 0 }));
        Assert.Equal(StunErrorCode.PeerAddressFamilyMismatch, Client.Bind(0x4000, TurnRig.WorldIPv6));
        Assert.Equal(StunErrorCode.BadRequest, Client.Ask(StunMethod.ChannelBind, TurnTestClient.Peers(TurnRig.World)).Error);
        Assert.Equal(0, Client.Bind(0x4000, TurnRig.World));
    }

    [Fact]
    public void An_allocation_has_so_many_channels()
    {
        var rig = new TurnRig(TurnRig.Options with { ChannelsMax = 2 }, PeerMode.Public);
        var client = new TurnTestClient(rig, Address);
        client.Allocate();
        Assert.Equal(0, client.Bind(0x4000, TurnRig.World with { Port = 1 }));
        Assert.Equal(0, client.Bind(0x4001, TurnRig.World with { Port = 2 }));
        Assert.Equal(StunErrorCode.InsufficientCapacity, client.Bind(0x4002, TurnRig.World with { Port = 3 }));
        Assert.Equal(0, client.Bind(0x4001, TurnRig.World with { Port = 2 }));
    }
}
