using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Configuration;

public sealed class TurnOptionCheckTests
{
    [Fact]
    public void The_defaults_are_good() => Assert.Empty(Check(_ => { }));

    [Theory]
    [InlineData(50_000, 50_001, true)]
    [InlineData(50_000, 50_000, false)]
    [InlineData(50_001, 50_000, false)]
    public void Relay_ports_are_a_range(int min, int max, bool good) =>
        Assert.Equal(
            good ? null : "Turn:RelayPortMax",
            Check(o => (o.Turn.RelayPortMin, o.Turn.RelayPortMax) = (min, max)).SingleOrDefault()?.Key);

    [Theory]
    [InlineData(600, 600, true)]
    [InlineData(601, 600, false)]
    public void The_longest_lifetime_is_not_below_the_usual(int usual, int longest, bool good) =>
        Assert.Equal(
            good ? null : "Turn:LifetimeMaxSeconds",
            Check(o => (o.Turn.LifetimeSeconds, o.Turn.LifetimeMaxSeconds) = (usual, longest)).SingleOrDefault()?.Key);

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(1, 0, true)]
    [InlineData(0, 0, false)]
    public void There_are_relay_ports_of_one_kind_at_least(int own, int shared, bool good) =>
        Assert.Equal(
            good ? null : "Turn:OwnPortsPerWorker",
            Check(o => (o.Turn.OwnPortsPerWorker, o.Turn.SharedPortsPerWorker) = (own, shared)).SingleOrDefault()?.Key);

    [Theory]
    [InlineData("public", 50_009, 16, false)]
    [InlineData("public", 50_009, 4, true)]
    [InlineData("own", 50_009, 16, true)]
    public void Each_worker_has_relay_ports(string peers, int max, int workers, bool good) =>
        Assert.Equal(
            good ? null : "Turn:RelayPortMax",
            Check(o =>
            {
                (o.Turn.Peers, o.Turn.RelayPortMin, o.Turn.RelayPortMax) = (peers, 50_000, max);
                o.Media.Workers = workers;
            }).SingleOrDefault()?.Key);

    [Theory]
    [InlineData("192.0.2.1:3478 [2001:db8::1]:3478", true)]
    [InlineData("192.0.2.1:3478 192.0.2.2:3478", false)]
    [InlineData("[2001:db8::1]:3478 [2001:db8::2]:3478", false)]
    public void Alternate_servers_are_one_of_each_family(string servers, bool good) =>
        Assert.Equal(
            good ? null : "Turn:AlternateServers",
            Check(o => o.Turn.AlternateServers = servers.Split(' ')).SingleOrDefault()?.Key);

    [Theory]
    [InlineData("", "", null)]
    [InlineData("192.0.2.1:3478 192.0.2.2:3479", "", null)]
    [InlineData("192.0.2.1:3478 192.0.2.2:3479", "198.51.100.1 198.51.100.2", null)]
    [InlineData("[2001:db8::1]:3478 [2001:db8::2]:3479", "", null)]
    [InlineData("192.0.2.1:3478", "", "Turn:Discovery")]
    [InlineData("192.0.2.1:3478 192.0.2.1:3479", "", "Turn:Discovery")]
    [InlineData("192.0.2.1:3478 192.0.2.2:3478", "", "Turn:Discovery")]
    [InlineData("192.0.2.1:3478 [2001:db8::2]:3479", "", "Turn:Discovery")]
    [InlineData("0.0.0.0:3478 192.0.2.2:3479", "", "Turn:Discovery")]
    [InlineData("192.0.2.1:3478 192.0.2.2:3479", "198.51.100.1", "Turn:DiscoveryAnnounced")]
    [InlineData("192.0.2.1:3478 192.0.2.2:3479", "198.51.100.1 2001:db8::2", "Turn:DiscoveryAnnounced")]
    [InlineData("192.0.2.1:3478 192.0.2.2:3479", "198.51.100.1 198.51.100.1", "Turn:DiscoveryAnnounced")]
    [InlineData("192.0.2.1:3478 192.0.2.2:3479", "198.51.100.1 ::ffff:198.51.100.1", "Turn:DiscoveryAnnounced")]
    [InlineData("192.0.2.1:3478 192.0.2.2:3479", "198.51.100.1 ::ffff:198.51.100.2", null)]
    [InlineData("[::ffff:192.0.2.1]:3478 [2001:db8::2]:3479", "", "Turn:Discovery")]
    [InlineData("", "198.51.100.1 198.51.100.2", "Turn:DiscoveryAnnounced")]
    public void Discovery_needs_two_addresses_and_two_ports(string discovery, string announced, string? wrong) => Assert.Equal(
        wrong,
        Check(o => (o.Turn.Discovery, o.Turn.DiscoveryAnnounced) = (Split(discovery), Split(announced))).SingleOrDefault()?.Key);

    [Fact]
    public void A_user_has_one_password_and_it_is_not_shown()
    {
        OptionProblem problem = Assert.Single(Check(o => o.Turn.Users = ["bob:one-password", "bob:two-passwords"]));
        Assert.Equal("Turn:Users", problem.Key);
        Assert.DoesNotContain("password\"", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("two-passwords", problem.ToString(), StringComparison.Ordinal);
        Assert.Empty(Check(o => o.Turn.Users = ["bob:one-password", "Bob:one-password"]));
    }

    [Theory]
    [InlineData("cert.pem", "key.pem", null)]
    [InlineData("", "", null)]
    [InlineData("cert.pem", "", "Tls:KeyFile")]
    [InlineData("", "key.pem", "Tls:CertificateFile")]
    public void Certificate_and_key_come_together(string certificate, string key, string? wrong) =>
        Assert.Equal(
            wrong, Check(o => (o.Tls.CertificateFile, o.Tls.KeyFile) = (certificate, key)).SingleOrDefault()?.Key);

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    [InlineData(0, false)]
    public void Realms_are_short(int length, bool good) =>
        Assert.Equal(good, TurnOptionCheck.IsRealm(new string('r', length)));

    [Theory]
    [InlineData(128, 256, true)]
    [InlineData(129, 256, false)]
    [InlineData(128, 257, false)]
    [InlineData(0, 1, false)]
    [InlineData(1, 0, false)]
    public void Users_have_a_name_and_a_password(int name, int password, bool good) =>
        Assert.Equal(good, TurnOptionCheck.IsUser(new string('n', name) + ":" + new string('p', password)));

    private static List<OptionProblem> Check(Action<RelayOptions> change)
    {
        var options = new RelayOptions();
        change(options);
        var problems = new List<OptionProblem>();
        TurnOptionCheck.Run(options, problems);
        return problems;
    }

    private static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
