using Relay.Core.Primitives;
using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class PeerDirectoryTests
{
    private static readonly TransportAddress Relayed = TurnRig.Media with { Port = 50_007 };

    [Fact]
    public void Own_media_comes_first_and_relayed_addresses_are_told_by_their_port()
    {
        PeerDirectory peers = Make(PeerMode.Public);
        Assert.Equal(PeerVerdict.OwnMedia, peers.Judge(TurnRig.Media));
        Assert.Equal(PeerVerdict.Relayed, peers.Judge(Relayed));
        Assert.Equal(PeerVerdict.Denied, peers.Judge(TurnRig.Media with { Port = 22 }));
        Assert.Equal(PeerVerdict.Public, peers.Judge(TurnRig.World));
        Assert.Equal(PeerVerdict.Denied, peers.Judge(TurnRig.At("[::ffff:127.0.0.1]:50007")));
    }

    [Fact]
    public void With_own_media_only_there_is_nothing_else_but_exceptions()
    {
        PeerDirectory peers = Make(PeerMode.OwnMedia);
        Assert.Equal(PeerVerdict.OwnMedia, peers.Judge(TurnRig.Media));
        Assert.Equal(PeerVerdict.Denied, peers.Judge(Relayed));
        Assert.Equal(PeerVerdict.Denied, peers.Judge(TurnRig.World));
        Assert.True(peers.MayPermit(TurnRig.Media with { Port = 0 }));
        Assert.False(peers.MayPermit(TurnRig.World));
    }

    [Fact]
    public void A_permission_is_possible_where_anything_may_be_reached()
    {
        var ports = new RelayedPorts(
            TurnRig.Options with { RelayIPv4 = TurnRig.At("198.51.100.77:0") }, null, new SeededRandomSource(1));
        var policy = new PeerPolicy(new PeerPolicyOptions
        {
            Mode = PeerMode.Public,
            OwnMedia = [TurnRig.Media],
            HostAddresses = [TurnRig.At("198.51.100.77:0")],
        });
        var peers = new PeerDirectory(policy, ports);
        Assert.True(peers.MayPermit(TurnRig.At("198.51.100.77:0")));
        Assert.False(peers.MayPermit(TurnRig.At("10.0.0.1:0")));
    }

    [Fact]
    public void Media_addresses_have_numbers()
    {
        PeerDirectory peers = Make(PeerMode.OwnMedia);
        Assert.False(peers.TryGetMedia(0, out _));
        ushort first = peers.MediaIndex(TurnRig.Media);
        ushort second = peers.MediaIndex(TurnRig.MediaIPv6);
        Assert.NotEqual(first, second);
        Assert.Equal(first, peers.MediaIndex(TurnRig.Media));
        Assert.True(peers.TryGetMedia(second, out TransportAddress media));
        Assert.Equal(TurnRig.MediaIPv6, media);
    }

    private static PeerDirectory Make(PeerMode mode) => new(
        new PeerPolicy(new PeerPolicyOptions
        {
            Mode = mode,
            OwnMedia = [TurnRig.Media, TurnRig.MediaIPv6],
            HostAddresses = [TurnRig.Media, TurnRig.MediaIPv6],
        }),
        new RelayedPorts(TurnRig.Options, null, new SeededRandomSource(1)));
}
