using Relay.Core.Primitives;
using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>An allocation's <see cref="PortShare"/>.</summary>
public class PortShareTests
{
    private static readonly TransportAddress Relay = TurnRig.At("198.51.100.1:50000");

    private readonly SharedPorts _ports = new(2, new SeededRandomSource(1));

    [Fact]
    public void A_peer_is_one_allocations_with_all_its_ports()
    {
        PortShare one = Join(account: 1, owner: 7);
        PortShare other = Join(account: 2, owner: 8);
        Assert.True(other.MayHave(TurnRig.World));
        Assert.True(one.TryClaim(TurnRig.World));
        Assert.True(one.TryClaim(TurnRig.World with { Port = 2 }));
        Assert.True(one.MayHave(TurnRig.World));
        Assert.False(other.MayHave(TurnRig.World with { Port = 3 }));
        Assert.False(other.TryClaim(TurnRig.World with { Port = 3 }));
        Assert.Equal(1, _ports.Claims);
        one.GiveUp(TurnRig.World);
        Assert.Equal(0, _ports.Claims);
        Assert.True(other.TryClaim(TurnRig.World));
    }

    [Fact]
    public void At_the_relays_own_address_each_port_is_a_peer()
    {
        PortShare one = Join(account: 1, owner: 7);
        PortShare other = Join(account: 2, owner: 8);
        Assert.Equal(0, one.PortOf(TurnRig.World));
        Assert.Equal(50_001, one.PortOf(Relay with { Port = 50_001 }));
        Assert.True(one.TryClaim(Relay with { Port = 50_001 }));
        Assert.True(other.TryClaim(Relay with { Port = 50_002 }));
        Assert.False(other.MayHave(Relay with { Port = 50_001 }));
        Assert.Equal(UInt128.One, one.Account);
        Assert.Equal(0, one.Index);
    }

    private PortShare Join(UInt128 account, int owner)
    {
        if (_ports.Count == 0)
        {
            var port = new RelayedAddress { Address = Relay, Via = 3 };
            _ports.Add(port);
        }

        return _ports.Join(0, account, owner).Share!;
    }
}
