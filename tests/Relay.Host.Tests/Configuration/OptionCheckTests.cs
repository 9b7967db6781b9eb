using System.Globalization;
using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Configuration;

public class OptionCheckTests
{
    public static TheoryData<string> Numbers() =>
        [.. OptionCatalog.Entries.Where(entry => entry.Property.PropertyType == typeof(int)).Select(entry => entry.Key)];

    [Fact]
    public void The_defaults_are_fit_to_start_with() => Assert.Empty(Check(_ => { }));

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Numbers_are_held_to_their_range(string key)
    {
        OptionEntry entry = OptionCatalog.Entries.Single(e => e.Key.Equals(key, StringComparison.Ordinal));
        Assert.True(
            entry.Rules.Min > long.MinValue && entry.Rules.Max < int.MaxValue && entry.Rules.Unit.Length > 0,
            "every number has a range and a unit");
        foreach (long outside in (long[])[entry.Rules.Min - 1, entry.Rules.Max + 1])
        {
            OptionProblem problem = Check(options => entry.Set(options, (int)outside)).First(
                p => p.Key.Equals(key, StringComparison.Ordinal));
            string line = problem.ToString();
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\"{outside}\""), line, StringComparison.Ordinal);
            Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"from {entry.Rules.Min} to {entry.Rules.Max} ({entry.Rules.Unit})"),
                line,
                StringComparison.Ordinal);
            Assert.Contains("--" + key + "=", line, StringComparison.Ordinal);
            Assert.Contains("RELAY_" + key.Replace(":", "__", StringComparison.Ordinal), line, StringComparison.Ordinal);
        }

        foreach (long inside in (long[])[entry.Rules.Min, entry.Rules.Max])
        {
            Assert.DoesNotContain(
                Check(options => entry.Set(options, (int)inside)),
                p => p.Allowed.StartsWith("must be a whole number", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:8081", "0123456789abcdef", false, null)]
    [InlineData("http://[::1]:0", "0123456789abcdef", false, null)]
    [InlineData("http://0.0.0.0:8081", "0123456789abcdef", true, null)]
    [InlineData("", "", false, null)]
    [InlineData("http://127.0.0.1:8081", "", false, "Admin:Key")]
    [InlineData("http://127.0.0.1:8081", "0123456789abcde", false, "Admin:Key")]
    [InlineData("", "0123456789 abcdef", false, "Admin:Key")]
    [InlineData("http://0.0.0.0:8081", "0123456789abcdef", false, "Admin:Listen")]
    [InlineData("http://127.0.0.1:8080", "0123456789abcdef", false, "Admin:Listen")]
    [InlineData("http://0.0.0.0:8080", "0123456789abcdef", true, "Admin:Listen")]
    [InlineData("http://127.0.0.2:8080", "0123456789abcdef", false, null)]
    [InlineData("8081", "0123456789abcdef", false, "Admin:Listen")]
    public void The_admin_api_wants_a_good_key_and_stays_on_this_machine(string listen, string key, bool allowRemote, string? wrong)
    {
        List<OptionProblem> problems = Check(options =>
        {
            options.Admin.Listen = listen;
            options.Admin.Key = key;
            options.Admin.AllowRemote = allowRemote;
        });
        Assert.Equal(wrong, problems.SingleOrDefault()?.Key);
        Assert.All(problems, problem => Assert.True(key.Length == 0 || !problem.ToString().Contains(key, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(1000, 1000, 4096, true, true)]
    [InlineData(10_000, 1000, 4000, true, true)]
    [InlineData(1000, 1000, 3999, true, false)]
    [InlineData(1000, 1000, 1024, false, true)]
    public void A_packet_for_all_consumers_must_fit_the_pool(int consumers, int legs, int slots, bool hasAdmin, bool good)
    {
        List<OptionProblem> problems = Check(options =>
        {
            (options.Media.ConsumersPerProducerMax, options.Media.MaxLegsPerWorker) = (consumers, legs);
            options.Media.PoolSlotsPerWorker = slots;
            options.Admin.Key = "0123456789abcdef";
            options.Admin.Listen = hasAdmin ? "http://127.0.0.1:8081" : string.Empty;
        });
        Assert.Equal(good ? null : "Media:ConsumersPerProducerMax", problems.SingleOrDefault()?.Key);
    }

    [Fact]
    public void Latency_cannot_be_measured_without_timestamps()
    {
        OptionProblem problem = Assert.Single(Check(options =>
        {
            options.Media.MeasureLatency = true;
            options.Media.UsePortableSockets = true;
        }));
        Assert.Equal("Media:MeasureLatency", problem.Key);
        Assert.Empty(Check(options => options.Media.UsePortableSockets = true));
    }

    [Theory]
    [InlineData("Http:Listen", "https://127.0.0.1:8080")]
    [InlineData("Http:Listen", "http://127.0.0.1:8080/path")]
    [InlineData("Http:Listen", "http://chat.example:8080")]
    [InlineData("Http:Listen", "8080")]
    [InlineData("Http:Listen", "http://user@127.0.0.1:8080")]
    [InlineData("Http:Listen", "")]
    [InlineData("Http:AllowedOrigins", "chat.example")]
    [InlineData("Http:AllowedOrigins", "https://chat.example/")]
    [InlineData("Http:AllowedOrigins", "https://chat.example/path")]
    [InlineData("Http:AllowedOrigins", "ftp://chat.example")]
    [InlineData("Http:TrustedProxies", "10.0.0.0/33")]
    [InlineData("Http:TrustedProxies", "proxy")]
    [InlineData("Media:BindAddress", "localhost")]
    [InlineData("Media:BindAddress", "")]
    [InlineData("Media:AnnouncedAddresses", "0.0.0.0")]
    [InlineData("Media:AnnouncedAddresses", "::")]
    [InlineData("Media:AnnouncedAddresses", "chat.example")]
    [InlineData("Media:SrtpProfiles", "AES_CM_128_NULL")]
    [InlineData("Media:CpuAffinity", "1024")]
    [InlineData("Media:CpuAffinity", "-1")]
    [InlineData("Media:CpuAffinity", "1-3")]
    [InlineData("Turn:Peers", "all")]
    [InlineData("Turn:Peers", "Public")]
    [InlineData("Turn:AllowedPeers", "10.0.0.1/8")]
    [InlineData("Turn:AllowedPeers", "localhost")]
    [InlineData("Turn:DeniedPeers", "fe80::1%eth0")]
    [InlineData("Turn:DeniedPeers", "")]
    [InlineData("Turn:AlternateServers", "192.0.2.1")]
    [InlineData("Turn:AlternateServers", "192.0.2.1:0")]
    [InlineData("Turn:AlternateServers", "[2001:db8::1]")]
    [InlineData("Turn:AlternateServers", "turn.example:3478")]
    [InlineData("Turn:Listen", "0.0.0.0:443")]
    [InlineData("Turn:Listen", "http://0.0.0.0:443")]
    [InlineData("Turn:Listen", "tcp://0.0.0.0")]
    [InlineData("Turn:Listen", "tcp://0.0.0.0:443/path")]
    [InlineData("Turn:Listen", "tcp://turn.example:443")]
    [InlineData("Turn:Host", "turn.example:443")]
    [InlineData("Turn:Host", "https://turn.example")]
    [InlineData("Turn:Host", "[2001:db8::1]")]
    [InlineData("Turn:Host", "fe80::1%eth0")]
    [InlineData("Turn:Realm", "")]
    [InlineData("Turn:Realm", "a\"b")]
    [InlineData("Turn:TrustedProxies", "proxy")]
    public void Texts_are_held_to_their_shape(string key, string value)
    {
        OptionEntry entry = OptionCatalog.Entries.Single(e => e.Key.Equals(key, StringComparison.Ordinal));
        OptionProblem problem = Assert.Single(Check(options => entry.Set(options, entry.IsList ? new[] { value } : value)));
        Assert.Equal((key, $"\"{value}\""), (problem.Key, problem.Value));
    }

    [Theory]
    [InlineData("Http:Listen", "http://localhost:80")]
    [InlineData("Http:Listen", "http://[::]:0")]
    [InlineData("Http:AllowedOrigins", "*")]
    [InlineData("Http:AllowedOrigins", "http://localhost:5173")]
    [InlineData("Http:TrustedProxies", "10.0.0.0/8")]
    [InlineData("Http:TrustedProxies", "fd00::/8")]
    [InlineData("Http:TrustedProxies", "::1")]
    [InlineData("Media:BindAddress", "::")]
    [InlineData("Media:AnnouncedAddresses", "2001:db8::1")]
    [InlineData("Media:SrtpProfiles", "AES128_CM_SHA1_80")]
    [InlineData("Media:CpuAffinity", "0")]
    [InlineData("Turn:Peers", "public")]
    [InlineData("Turn:AllowedPeers", "127.0.0.1")]
    [InlineData("Turn:AllowedPeers", "fd00::/8")]
    [InlineData("Turn:DeniedPeers", "192.0.2.1-192.0.2.9")]
    [InlineData("Turn:AlternateServers", "192.0.2.1:3478")]
    [InlineData("Turn:AlternateServers", "[2001:db8::1]:3478")]
    [InlineData("Turn:Listen", "tcp://0.0.0.0:443")]
    [InlineData("Turn:Listen", "tcp://[::]:0")]
    [InlineData("Turn:Listen", "tcp://localhost:3478")]
    [InlineData("Turn:Host", "turn.chat.example")]
    [InlineData("Turn:Host", "192.0.2.1")]
    [InlineData("Turn:Host", "2001:db8::1")]
    [InlineData("Turn:Realm", "chat.example")]
    [InlineData("Turn:Users", "name:pass:word")]
    [InlineData("Turn:Secrets", "0123456789abcdef")]
    [InlineData("Turn:TrustedProxies", "10.0.0.0/8")]
    public void Good_texts_pass(string key, string value)
    {
        OptionEntry entry = OptionCatalog.Entries.Single(e => e.Key.Equals(key, StringComparison.Ordinal));
        Assert.Empty(Check(options => entry.Set(options, entry.IsList ? new[] { value } : value)));
    }

    [Theory]
    [InlineData("Turn:Secrets", "sesame-sesame-s")]
    [InlineData("Turn:Secrets", "sesame sesame sesame")]
    [InlineData("Turn:Secrets", "")]
    [InlineData("Turn:Users", "sesame")]
    [InlineData("Turn:Users", ":sesame")]
    [InlineData("Turn:Users", "sesame:")]
    [InlineData("Turn:Users", "bob:open sesame")]
    public void Secrets_and_passwords_are_never_shown(string key, string value)
    {
        OptionEntry entry = OptionCatalog.Entries.Single(e => e.Key.Equals(key, StringComparison.Ordinal));
        OptionProblem problem = Assert.Single(Check(options => entry.Set(options, new[] { value })));
        Assert.Equal((key, "\"(not shown)\""), (problem.Key, problem.Value));
        Assert.DoesNotContain("sesame", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_listed_twice_is_not_shown_either()
    {
        const string Secret = "sesame-sesame-sesame";
        Assert.DoesNotContain(
            Secret, Assert.Single(Check(o => o.Turn.Secrets = [Secret, Secret])).ToString(), StringComparison.Ordinal);
        Assert.Empty(Check(o => o.Turn.Secrets = [Secret, Secret.ToUpperInvariant()]));
    }

    [Fact]
    public void Options_that_depend_on_each_other_are_checked_together()
    {
        Assert.Equal("Media:Port", Assert.Single(Check(o => (o.Media.Port, o.Media.Workers) = (65_530, 7))).Key);
        Assert.Empty(Check(o => (o.Media.Port, o.Media.Workers) = (65_530, 6)));
        Assert.Empty(Check(o => (o.Media.Port, o.Media.Workers) = (0, 64)));
        Assert.Equal("Media:LegsPerWorkerTarget", Assert.Single(Check(o => o.Media.MaxLegsPerWorker = 100)).Key);
        Assert.Equal("Media:SrtpProfiles", Assert.Single(Check(o => o.Media.SrtpProfiles = [])).Key);
        Assert.Contains(
            "only once",
            Assert.Single(Check(o => o.Http.AllowedOrigins = ["https://a.example", "https://A.example"])).Allowed,
            StringComparison.Ordinal);
        string[] nine = [.. Enumerable.Range(1, 9).Select(i => "192.0.2." + i.ToString(CultureInfo.InvariantCulture))];
        OptionProblem tooMany = Assert.Single(Check(o => o.Media.AnnouncedAddresses = nine));
        Assert.Contains("at most 8 items", tooMany.Allowed, StringComparison.Ordinal);
    }

    private static List<OptionProblem> Check(Action<RelayOptions> change)
    {
        var options = new RelayOptions();
        change(options);
        var problems = new List<OptionProblem>();
        OptionCheck.Run(options, problems);
        return problems;
    }
}
