using System.Globalization;
using Relay.Testing.Coturn;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>coturn's clients against the relay: whoever can use coturn can use this. Nothing may be lost on loopback.</summary>
public sealed class CoturnClientTests(CoturnServers servers, ITestOutputHelper output) : IClassFixture<CoturnServers>
{
    // Each run waits some seconds by itself, so that all of them run at once.
    [Fact]
    public async Task Every_way_of_coturns_client_works_without_loss()
    {
        IReadOnlyList<CoturnWay> ways = CoturnWay.All(servers.Relays);
        CoturnReport[] reports = await Task.WhenAll(ways.Select(way => way.RunAsync()));
        foreach ((CoturnWay way, CoturnReport report) in ways.Zip(reports))
        {
            output.WriteLine($"{way.Name}: {report}");
        }

        Assert.Empty(ways.Zip(reports).Where(pair => !pair.Second.IsClean).Select(pair => $"{pair.First.Name}: {pair.Second.Output}"));
        string printed = servers.Relays.Output;
        Assert.DoesNotContain(PublicTurnRelays.User + ":", printed, StringComparison.Ordinal);
        Assert.DoesNotContain(PublicTurnRelays.Password, printed, StringComparison.Ordinal);
        Assert.DoesNotContain(PublicTurnRelays.Secret, printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_other_tools_learn_the_clients_address_and_that_there_is_no_NAT()
    {
        foreach (CoturnQuestion question in CoturnQuestion.All(servers.Relays))
        {
            Assert.Null(await question.FaultAsync());
        }
    }

    [Fact]
    public async Task A_wrong_password_gets_nothing()
    {
        const string User = $"-u {PublicTurnRelays.User} -w wrong -n 5 -l 160 -z 10 -c -X";
        PublicTurnRelays relays = servers.Relays;
        CoturnReport report = await CoturnClient.RunAsync(string.Create(
            CultureInfo.InvariantCulture, $"{User} -p {relays.Port} -e 127.0.0.1 -r {relays.PeerPort} 127.0.0.1"));
        Assert.Equal(0, report.Received);
        Assert.False(report.IsClean);
    }
}
