using Relay.Core.Primitives;
using Relay.Core.Turn;
using Xunit;
using static Relay.Core.Tests.Turn.AddressText;

namespace Relay.Core.Tests.Turn;

/// <summary>The peer policy table. Every known way round such a filter is a case of its own.</summary>
public sealed class PeerPolicyTests
{
    private const int MediaPort = 40_000;

    private static readonly TransportAddress[] OwnMedia = [Peer("81.2.69.142", MediaPort), Peer("2a02:8071::10", MediaPort)];

    private static readonly TransportAddress[] Host =
        [Peer("81.2.69.142"), Peer("81.2.69.143"), Peer("2a02:8071::10"), Peer("192.168.7.7")];

    private static readonly PeerPolicy Public = Of(PeerMode.Public);

    [Theory]
    [InlineData("the host itself, as 0.0.0.0 (CVE-2020-26262)", "0.0.0.0")]
    [InlineData("the host itself, as :: (CVE-2020-26262)", "::")]
    [InlineData("0/8, first but one", "0.0.0.1")]
    [InlineData("0/8, last", "0.255.255.255")]
    [InlineData("10/8, first", "10.0.0.0")]
    [InlineData("10/8, inside", "10.1.2.3")]
    [InlineData("10/8, last", "10.255.255.255")]
    [InlineData("100.64/10, first", "100.64.0.0")]
    [InlineData("100.64/10, Alibaba's metadata service", "100.100.100.200")]
    [InlineData("100.64/10, last", "100.127.255.255")]
    [InlineData("127/8, the usual one", "127.0.0.1")]
    [InlineData("127/8, first", "127.0.0.0")]
    [InlineData("127/8, systemd's resolver", "127.0.0.53")]
    [InlineData("127/8, last", "127.255.255.255")]
    [InlineData("169.254/16, first", "169.254.0.0")]
    [InlineData("169.254/16, the clouds' metadata service", "169.254.169.254")]
    [InlineData("169.254/16, last", "169.254.255.255")]
    [InlineData("172.16/12, first", "172.16.0.0")]
    [InlineData("172.16/12, Docker's bridge", "172.17.0.1")]
    [InlineData("172.16/12, last", "172.31.255.255")]
    [InlineData("192.0.0/24, first", "192.0.0.0")]
    [InlineData("192.0.0/24, Oracle's metadata service", "192.0.0.192")]
    [InlineData("192.0.0/24, PCP anycast", "192.0.0.9")]
    [InlineData("192.0.0/24, last", "192.0.0.255")]
    [InlineData("192.0.2/24, documentation", "192.0.2.1")]
    [InlineData("192.31.196/24, AS112", "192.31.196.1")]
    [InlineData("192.52.193/24, AMT", "192.52.193.1")]
    [InlineData("192.88.99/24, 6to4 relay", "192.88.99.1")]
    [InlineData("192.168/16, first", "192.168.0.0")]
    [InlineData("192.168/16, a home router", "192.168.1.1")]
    [InlineData("192.168/16, last", "192.168.255.255")]
    [InlineData("192.175.48/24, AS112", "192.175.48.1")]
    [InlineData("198.18/15, first", "198.18.0.0")]
    [InlineData("198.18/15, last", "198.19.255.255")]
    [InlineData("198.51.100/24, documentation", "198.51.100.1")]
    [InlineData("203.0.113/24, documentation", "203.0.113.1")]
    [InlineData("224/4, first", "224.0.0.0")]
    [InlineData("224/4, mDNS", "224.0.0.251")]
    [InlineData("224/4, last", "239.255.255.255")]
    [InlineData("240/4, first", "240.0.0.0")]
    [InlineData("240/4, last but one", "255.255.255.254")]
    [InlineData("broadcast", "255.255.255.255")]
    [InlineData("IPv6 loopback", "::1")]
    [InlineData("fc00::/7, first", "fc00::")]
    [InlineData("fc00::/7, AWS's metadata service", "fd00:ec2::254")]
    [InlineData("fc00::/7, last", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fe80::/10, first", "fe80::")]
    [InlineData("fe80::/10, with a zone id", "fe80::1%1")]
    [InlineData("fe80::/10, last (CVE-2020-26262: compared byte by byte)", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fec0::/10, site-local", "fec0::1")]
    [InlineData("fec0::/10, last", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("ff00::/8, all nodes", "ff02::1")]
    [InlineData("ff00::/8, global scope", "ff0e::1")]
    [InlineData("ff00::/8, last", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("2001:db8::/32, documentation", "2001:db8::1")]
    [InlineData("3fff::/20, documentation", "3fff::1")]
    [InlineData("100::/64, discard-only, a stream of this process", "100::1:0:0:0")]
    [InlineData("100:0:0:1::/64, dummy", "100:0:0:1::1")]
    [InlineData("5f00::/16, segment routing", "5f00::1")]
    [InlineData("2001:2::/48, benchmarks", "2001:2::1")]
    [InlineData("2001:10::/28, ORCHID", "2001:10::1")]
    [InlineData("2001:20::/28, ORCHIDv2", "2001:20::1")]
    [InlineData("2620:4f:8000::/48, AS112", "2620:4f:8000::1")]
    [InlineData("not given out to networks", "4000::1")]
    [InlineData("IPv4-mapped loopback (CVE-2026-27624)", "::ffff:127.0.0.1")]
    [InlineData("IPv4-mapped loopback in hex", "::ffff:7f00:1")]
    [InlineData("IPv4-mapped private", "::ffff:10.1.2.3")]
    [InlineData("IPv4-mapped unspecified", "::ffff:0.0.0.0")]
    [InlineData("IPv4-mapped metadata service", "::ffff:169.254.169.254")]
    [InlineData("IPv4-compatible loopback", "::127.0.0.1")]
    [InlineData("IPv4-compatible private", "::10.1.2.3")]
    [InlineData("IPv4-compatible public", "::8.8.8.8")]
    [InlineData("IPv4-translated loopback", "::ffff:0:127.0.0.1")]
    [InlineData("6to4 of private", "2002:a01:203::1")]
    [InlineData("6to4 of loopback", "2002:7f00:1::1")]
    [InlineData("6to4 of public", "2002:808:808::1")]
    [InlineData("NAT64 of private", "64:ff9b::10.1.2.3")]
    [InlineData("NAT64 of loopback", "64:ff9b::127.0.0.1")]
    [InlineData("NAT64 of the metadata service", "64:ff9b::169.254.169.254")]
    [InlineData("NAT64 of public", "64:ff9b::8.8.8.8")]
    [InlineData("local NAT64 of private", "64:ff9b:1::10.1.2.3")]
    [InlineData("Teredo, client behind a private address", "2001:0:808:808:0:1234:f5fe:fdfc")]
    [InlineData("Teredo, private server", "2001:0:a01:203:0:1234:f7f7:f7f7")]
    [InlineData("Teredo, all public", "2001:0:808:808:0:1234:f7f7:f7f7")]
    [InlineData("ISATAP of private under a public prefix", "2a00:1450::5efe:10.1.2.3")]
    [InlineData("ISATAP of private, universal bit", "2a00:1450::200:5efe:10.1.2.3")]
    [InlineData("ISATAP of loopback", "2a00:1450::5efe:127.0.0.1")]
    [InlineData("ISATAP of an own address", "2a00:1450::5efe:81.2.69.143")]
    [InlineData("own address, not the media port", "81.2.69.142")]
    [InlineData("own address that is not announced", "81.2.69.143")]
    [InlineData("own IPv6 address, not the media port", "2a02:8071::10")]
    [InlineData("own address, IPv4-mapped", "::ffff:81.2.69.143")]
    [InlineData("own address, 6to4", "2002:5102:458f::1")]
    [InlineData("own address, NAT64", "64:ff9b::81.2.69.143")]
    [InlineData("the operator's list", "93.184.216.34")]
    [InlineData("the operator's list, IPv4-mapped", "::ffff:93.184.216.34")]
    [InlineData("the operator's list, ISATAP", "2a00:1450::5efe:93.184.216.34")]
    [InlineData("the operator's list, IPv6", "2a01:4f8::99")]
    public void A_public_server_refuses(string name, string address)
    {
        Assert.NotEmpty(name);
        Assert.Equal(PeerVerdict.Denied, Public.Judge(Peer(address)));
        Assert.NotEqual(PeerVerdict.Public, Public.JudgeAddress(Peer(address)));
    }

    [Theory]
    [InlineData("after 0/8", "1.0.0.0")]
    [InlineData("before 10/8", "9.255.255.255")]
    [InlineData("after 10/8", "11.0.0.0")]
    [InlineData("before 100.64/10", "100.63.255.255")]
    [InlineData("after 100.64/10", "100.128.0.0")]
    [InlineData("before 127/8", "126.255.255.255")]
    [InlineData("after 127/8", "128.0.0.0")]
    [InlineData("before 169.254/16", "169.253.255.255")]
    [InlineData("after 169.254/16", "169.255.0.0")]
    [InlineData("before 172.16/12", "172.15.255.255")]
    [InlineData("after 172.16/12", "172.32.0.0")]
    [InlineData("after 192.0.0/24", "192.0.1.0")]
    [InlineData("after 192.0.2/24", "192.0.3.0")]
    [InlineData("before 192.168/16", "192.167.255.255")]
    [InlineData("after 192.168/16", "192.169.0.0")]
    [InlineData("before 198.18/15", "198.17.255.255")]
    [InlineData("after 198.18/15", "198.20.0.0")]
    [InlineData("before 224/4", "223.255.255.255")]
    [InlineData("a public resolver", "8.8.8.8")]
    [InlineData("a public resolver, IPv4-mapped", "::ffff:8.8.8.8")]
    [InlineData("2000::/3, first", "2000::")]
    [InlineData("after 2001::/23", "2001:200::1")]
    [InlineData("before 2001:db8::/32", "2001:db7::1")]
    [InlineData("after 2001:db8::/32", "2001:db9::1")]
    [InlineData("after 2002::/16", "2003::1")]
    [InlineData("a public IPv6 address", "2606:4700:4700::1111")]
    [InlineData("ISATAP of public under a public prefix", "2a00:1450::5efe:8.8.8.8")]
    [InlineData("beside the operator's list", "93.184.216.35")]
    [InlineData("beside an own address", "81.2.69.141")]
    public void A_public_server_relays_to(string name, string address)
    {
        Assert.NotEmpty(name);
        Assert.Equal(PeerVerdict.Public, Public.Judge(Peer(address)));
        Assert.Equal(PeerVerdict.Public, Public.JudgeAddress(Peer(address, 0)));
        Assert.Equal(PeerVerdict.Denied, Public.Judge(Peer(address, 0)));
        Assert.Equal(PeerVerdict.Denied, Of(PeerMode.OwnMedia).Judge(Peer(address)));
        Assert.Equal(PeerVerdict.Denied, Of(PeerMode.OwnMedia).JudgeAddress(Peer(address)));
    }

    [Theory]
    [InlineData(PeerMode.OwnMedia)]
    [InlineData(PeerMode.Public)]
    public void Own_media_is_the_announced_address_with_its_port(PeerMode mode)
    {
        PeerPolicy policy = Of(mode);
        foreach (TransportAddress own in OwnMedia)
        {
            Assert.Equal(PeerVerdict.OwnMedia, policy.Judge(own));
            Assert.Equal(PeerVerdict.OwnMedia, policy.JudgeAddress(new TransportAddress(own.Address, 0)));
            Assert.Equal(PeerVerdict.Denied, policy.Judge(new TransportAddress(own.Address, MediaPort + 1)));
            Assert.Equal(PeerVerdict.Denied, policy.Judge(new TransportAddress(own.Address, 0)));
        }

        Assert.Equal(PeerVerdict.Denied, policy.Judge(Peer("2002:5102:458e::1", MediaPort)));
    }

    [Fact]
    public void Own_media_counts_before_every_list()
    {
        var policy = new PeerPolicy(new PeerPolicyOptions
        {
            OwnMedia = [Peer("127.0.0.1", MediaPort)],
            Denied = Ranges("127.0.0.0/8"),
        });

        Assert.Equal(PeerVerdict.OwnMedia, policy.Judge(Peer("127.0.0.1", MediaPort)));
        Assert.Equal(PeerVerdict.Denied, policy.Judge(Peer("127.0.0.1", MediaPort + 1)));
    }

    [Theory]
    [InlineData("allowed loopback", "127.0.0.1", true)]
    [InlineData("allowed loopback, IPv4-mapped", "::ffff:127.0.0.1", true)]
    [InlineData("its neighbour", "127.0.0.2", false)]
    [InlineData("allowed IPv6 loopback", "::1", true)]
    [InlineData("allowed private network", "10.1.2.3", true)]
    [InlineData("denied part of it", "10.1.3.3", false)]
    [InlineData("IPv4-compatible form of what is allowed", "::127.0.0.1", false)]
    [InlineData("allowed NAT64 of public", "64:ff9b::8.8.8.8", true)]
    [InlineData("allowed NAT64 of allowed private", "64:ff9b::10.1.2.3", true)]
    [InlineData("allowed NAT64 of other private", "64:ff9b::192.168.1.1", false)]
    [InlineData("allowed NAT64 of the denied", "64:ff9b::10.1.3.3", false)]
    [InlineData("allowed NAT64 of an own address", "64:ff9b::81.2.69.143", false)]
    [InlineData("allowed local NAT64 of public", "64:ff9b:1::8.8.8.8", true)]
    [InlineData("allowed local NAT64 of other private", "64:ff9b:1::192.168.1.1", false)]
    [InlineData("6to4 of allowed private", "2002:a01:203::1", false)]
    [InlineData("ISATAP of allowed private", "2a00:1450::5efe:10.1.2.3", true)]
    [InlineData("allowed own address", "192.168.7.7", true)]
    [InlineData("own address that is not allowed", "81.2.69.143", false)]
    [InlineData("multicast cannot be allowed", "224.0.0.251", false)]
    [InlineData("broadcast cannot be allowed", "255.255.255.255", false)]
    [InlineData("unspecified cannot be allowed", "0.0.0.0", false)]
    [InlineData("unspecified IPv6 cannot be allowed", "::", false)]
    [InlineData("streams of this process cannot be allowed", "100::1", false)]
    public void The_operator_opens_what_is_named_and_nothing_else(string name, string address, bool isPublic)
    {
        Assert.NotEmpty(name);
        var policy = new PeerPolicy(new PeerPolicyOptions
        {
            Mode = PeerMode.Public,
            HostAddresses = Host,
            Allowed = Ranges(
                "127.0.0.1", "::1", "10.0.0.0/8", "64:ff9b::/96", "64:ff9b:1::/48", "192.168.7.7", "224.0.0.0/3", "0.0.0.0", "::",
                "100::/8"),
            Denied = Ranges("10.1.3.0/24"),
        });

        Assert.Equal(isPublic ? PeerVerdict.Public : PeerVerdict.Denied, policy.Judge(Peer(address)));
    }

    [Fact]
    public void An_allowed_IPv6_range_opens_no_IPv4_address()
    {
        var policy = new PeerPolicy(new PeerPolicyOptions { Mode = PeerMode.Public, Allowed = Ranges("::/0") });

        Assert.Equal(PeerVerdict.Denied, policy.Judge(Peer("127.0.0.1")));
        Assert.Equal(PeerVerdict.Denied, policy.Judge(Peer("::127.0.0.1")));
        Assert.Equal(PeerVerdict.Public, policy.Judge(Peer("fd00::1")));
    }

    [Theory]
    [InlineData(PeerMode.Public, "", "", PeerVerdict.Relayed)]
    [InlineData(PeerMode.Public, "", "81.2.69.142", PeerVerdict.Denied)]
    [InlineData(PeerMode.OwnMedia, "", "", PeerVerdict.Denied)]
    [InlineData(PeerMode.OwnMedia, "81.2.69.142", "", PeerVerdict.Relayed)]
    [InlineData(PeerMode.OwnMedia, "81.2.69.142", "81.2.69.0/24", PeerVerdict.Denied)]
    public void Two_allocations_meet(PeerMode mode, string allowed, string denied, PeerVerdict expected)
    {
        var policy = new PeerPolicy(new PeerPolicyOptions
        {
            Mode = mode,
            OwnMedia = OwnMedia,
            HostAddresses = Host,
            Allowed = Ranges(allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
            Denied = Ranges(denied.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        });

        Assert.Equal(expected, policy.JudgeRelayed(Peer("81.2.69.142", 50_000)));
        Assert.Equal(PeerVerdict.Denied, policy.JudgeRelayed(Peer("81.2.69.142", 0)));
    }

    [Fact]
    public void Judging_allocates_nothing()
    {
        TransportAddress peer = Peer("64:ff9b:1:a01:2:300::");
        Public.Judge(peer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Public.Judge(peer);
        Public.JudgeAddress(peer);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static PeerPolicy Of(PeerMode mode) => new(new PeerPolicyOptions
    {
        Mode = mode,
        OwnMedia = OwnMedia,
        HostAddresses = Host,
        Denied = Ranges("93.184.216.34", "2a01:4f8::/32"),
    });

    private static AddressRange[] Ranges(params string[] texts) =>
        [.. texts.Select(text => AddressRange.TryParse(text, out AddressRange range) ? range : throw new FormatException(text))];
}
