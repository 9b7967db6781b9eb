using System.Globalization;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>coturn's clients against the relay: whoever can use coturn can use this. Nothing may be lost on loopback.</summary>
public sealed class CoturnClientTests(CoturnServers servers) : IClassFixture<CoturnServers>
{
    // Each run waits some seconds by itself, so that all of them run at once.
    [Fact]
    public async Task Every_way_of_coturns_client_works_without_loss()
    {
        string user = $"-u {CoturnServers.User} -w {CoturnServers.Password} -n 200 -l 160 -z 10";
        string udp = $"{user} -p {servers.Port}";
        string stream = $"{user} -p {servers.StreamPort}";
        string peer = $"-e 127.0.0.1 -r {servers.PeerPort} 127.0.0.1";
        (string Name, string Arguments)[] ways =
        [
            ("channels", $"{udp} -c -X {peer}"),
            ("Send and Data", $"{udp} -s -c -X {peer}"),
            ("EVEN-PORT and reservation", $"{udp} -X {peer}"),
            ("DONT-FRAGMENT", $"{udp} -g -c -X {peer}"),
            ("TCP", $"{stream} -t -c -X {peer}"),
            ("TLS", $"{stream} -t -S -c -X {peer}"),
            ("client to client", $"{udp} -y -c -X 127.0.0.1"),
            ("IPv6", $"{user} -p {servers.PortIPv6} -c -x -e ::1 -r {servers.PeerPort} ::1"),
            ("mobility", $"{udp} -M -c -X {peer}"),
            ("RFC 6062", $"{stream} -T 127.0.0.1"),
            ("RFC 6062 over TLS", $"{stream} -T -S 127.0.0.1"),
            ("REST secret", $"-u alice -W {CoturnServers.Secret} -p {servers.Port} -c -X -n 200 -l 1200 -z 10 {peer}"),
        ];
        CoturnReport[] reports = await Task.WhenAll(ways.Select(RunAsync));

        var failures = ways.Zip(reports)
            .Where(pair => !pair.Second.IsClean)
            .Select(pair => string.Create(
                CultureInfo.InvariantCulture,
                $"{pair.First.Name}: sent {pair.Second.Sent}, received {pair.Second.Received}, lost {pair.Second.Lost}\n{pair.Second.Output}"));
        Assert.Empty(failures);
        Assert.DoesNotContain(CoturnServers.User + ":", servers.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(CoturnServers.Password, servers.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(CoturnServers.Secret, servers.Output, StringComparison.Ordinal);
    }

    // A data connection of RFC 6062 is plain TCP, and coturn's client takes each read of it for one message: two that the kernel hands
    // over together, as it may on a busy machine, count as one lost. Bytes that were really lost would be so in every run.
    private static async Task<CoturnReport> RunAsync((string Name, string Arguments) way)
    {
        CoturnReport report = await CoturnProcess.RunClientAsync(way.Arguments);
        for (int i = 1; i < 3 && !report.IsClean && way.Name.StartsWith("RFC 6062", StringComparison.Ordinal); i++)
        {
            report = await CoturnProcess.RunClientAsync(way.Arguments);
        }

        return report;
    }

    [Fact]
    public async Task Its_STUN_client_learns_its_address()
    {
        string output = await CoturnProcess.RunAsync(
            "turnutils_stunclient", string.Create(CultureInfo.InvariantCulture, $"-p {servers.Port} 127.0.0.1"));
        Assert.Contains("UDP reflexive addr: 127.0.0.1:", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-P ")]
    public async Task Its_NAT_discovery_finds_that_there_is_no_NAT(string padding)
    {
        string output = await CoturnProcess.RunAsync(
            "turnutils_natdiscovery",
            string.Create(CultureInfo.InvariantCulture, $"-m -f {padding}-p {servers.DiscoveryPort} -L 127.0.0.1 127.0.0.1"));
        Assert.Contains("Other addr: : 127.0.0.2:", output, StringComparison.Ordinal);
        Assert.Contains("No NAT! (Endpoint Independent Mapping)", output, StringComparison.Ordinal);
        Assert.Contains("NAT with Endpoint Independent Filtering!", output, StringComparison.Ordinal);
        Assert.DoesNotContain("timeout", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_gets_nothing()
    {
        CoturnReport report = await CoturnProcess.RunClientAsync(
            $"-u {CoturnServers.User} -w wrong -n 5 -l 160 -z 10 -p {servers.Port} -c -X -e 127.0.0.1 -r {servers.PeerPort} 127.0.0.1");
        Assert.Equal(0, report.Received);
    }
}
