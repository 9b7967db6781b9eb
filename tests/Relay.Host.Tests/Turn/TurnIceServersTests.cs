using System.Net;
using Relay.Core.Turn;
using Relay.Host.Api;
using Relay.Host.Configuration;
using Relay.Host.Tests.Api;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class TurnIceServersTests
{
    private const string Secret = "sesame-sesame-sesame";

    private readonly RelayOptions _options = new();
    private readonly FakeMediaPlane _media = new();
    private readonly FixedTime _time = new();

    [Fact]
    public void The_workers_udp_port_is_named_when_asked_for()
    {
        Assert.False(Create().HasAny);
        Assert.Empty(Create().For(3));
        _options.Turn.OfferUdp = true;
        Assert.Equal(["turn:192.0.2.10:40003?transport=udp"], Urls(3));
    }

    [Fact]
    public void Tcp_and_tls_are_named_where_they_are()
    {
        _options.Turn.OfferUdp = true;
        _options.Turn.Listen = ["tcp://0.0.0.0:443", "tcp://[::]:443", "tcp://0.0.0.0:3478", "tcp://127.0.0.1:0"];
        Assert.Equal(
            ["turn:192.0.2.10:40000?transport=udp", "turn:192.0.2.10:443?transport=tcp", "turn:192.0.2.10:3478?transport=tcp"],
            Urls(0));
        _options.Tls.CertificateFile = "cert.pem";
        _options.Turn.Host = "turn.chat.example";
        Assert.Equal(
            [
                "turn:turn.chat.example:40000?transport=udp",
                "turn:turn.chat.example:443?transport=tcp",
                "turn:turn.chat.example:3478?transport=tcp",
                "turns:turn.chat.example:443?transport=tcp",
                "turns:turn.chat.example:3478?transport=tcp",
            ],
            Urls(0));
    }

    [Theory]
    [InlineData("", "turn:[2001:db8::10]:40000?transport=udp")]
    [InlineData("2001:db8::99", "turn:[2001:db8::99]:40000?transport=udp")]
    [InlineData("192.0.2.99", "turn:192.0.2.99:40000?transport=udp")]
    public void IPv6_addresses_stand_in_brackets(string host, string url)
    {
        _media.Announced = IPAddress.Parse("2001:db8::10");
        _options.Turn.Host = host;
        _options.Turn.OfferUdp = true;
        Assert.Equal([url], Urls(0));
    }

    [Fact]
    public void Credentials_are_one_sessions_end_in_time_and_follow_from_the_first_secret()
    {
        _options.Turn.Secrets = [Secret, "another-another-another"];
        _options.Turn.CredentialSeconds = 60;
        _options.Turn.Listen = ["tcp://0.0.0.0:443"];
        TurnIceServers servers = Create();

        IceServer one = Assert.Single(servers.For(5));

        Assert.Matches("^1800000060:5-[0-9a-f]{16}$", one.Username!);
        Assert.Equal(TurnCredentials.Mint(Secret, one.Username!), one.Credential);
        Assert.NotEqual(one.Username, servers.For(5)[0].Username, StringComparer.Ordinal);
    }

    [Fact]
    public void Without_turn_there_are_none()
    {
        _options.Turn.Enabled = false;
        _options.Turn.Listen = ["tcp://0.0.0.0:443"];
        Assert.False(Create().HasAny);
        Assert.Empty(Create().For(0));
    }

    private IReadOnlyList<string> Urls(int worker) => Assert.Single(Create().For(worker)).Urls;

    private TurnIceServers Create() => new(_options, _media, new HostClock(_time));

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    }
}
