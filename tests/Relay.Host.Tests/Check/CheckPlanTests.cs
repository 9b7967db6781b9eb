using Relay.Host.Check;
using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Check;

public sealed class CheckPlanTests
{
    [Fact]
    public async Task Every_address_of_every_worker_and_each_port_is_tried_once()
    {
        CheckPlan plan = await MakeAsync(options =>
        {
            options.Media.BindAddress = "::";
            options.Media.AnnouncedAddresses = ["9.9.9.1", "2620:fe::1"];
            options.Media.Workers = 2;
            options.Turn.Listen = ["tcp://0.0.0.0:443", "tcp://[::]:443"];
            options.Tls.CertificateFile = "cert.pem";
        });

        Assert.Empty(plan.Lines);
        Assert.Equal(
            [
                "UDP 9.9.9.1:40000, worker 0",
                "UDP [2620:fe::1]:40000, worker 0",
                "UDP 9.9.9.1:40001, worker 1",
                "UDP [2620:fe::1]:40001, worker 1",
                "TCP 9.9.9.1:443",
                "TCP [2620:fe::1]:443",
                "TLS 9.9.9.1:443",
            ],
            plan.Targets.Select(target => target.ToString()),
            StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(false, new string[0])]
    [InlineData(true, new[] { "UDP 9.9.9.2:40000, worker 0" })]
    public async Task The_name_that_clients_are_told_is_tried_where_it_leads(bool offersUdp, string[] udp)
    {
        CheckPlan plan = await MakeAsync(options =>
        {
            options.Media.AnnouncedAddresses = ["9.9.9.1"];
            options.Turn.Host = "9.9.9.2";
            options.Turn.OfferUdp = offersUdp;
            options.Turn.Listen = ["tcp://0.0.0.0:443"];
            options.Tls.CertificateFile = "cert.pem";
        });
        Assert.Equal(
            ["UDP 9.9.9.1:40000, worker 0", .. udp, "TCP 9.9.9.2:443", "TCP 9.9.9.1:443", "TLS 9.9.9.2:443"],
            plan.Targets.Select(target => target.ToString()),
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_name_that_leads_nowhere_is_a_failure_and_the_rest_is_tried()
    {
        CheckPlan plan = await MakeAsync(options =>
        {
            options.Media.BindAddress = "0.0.0.0";
            options.Media.AnnouncedAddresses = ["9.9.9.1"];
            options.Turn.Host = "no-such-name.invalid";
            options.Turn.Listen = ["tcp://0.0.0.0:443"];
            options.Tls.CertificateFile = "cert.pem";
        });
        CheckLine line = Assert.Single(plan.Lines);
        Assert.Equal(CheckOutcome.Failed, line.Outcome);
        Assert.StartsWith("no-such-name.invalid: ", line.Text, StringComparison.Ordinal);
        Assert.Equal(["UDP 9.9.9.1:40000, worker 0", "TCP 9.9.9.1:443"], plan.Targets.Select(target => target.ToString()), StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_keeps_clients_out_by_configuration_is_said()
    {
        CheckPlan plan = await MakeAsync(_ => { });
        Assert.Contains(plan.Lines, line => line.Text.Contains("Media:BindAddress is 127.0.0.1", StringComparison.Ordinal));
        Assert.Contains(plan.Lines, line => line.Text.Contains("TCP and TLS are off", StringComparison.Ordinal));
        Assert.All(plan.Lines, line => Assert.Equal(CheckOutcome.Note, line.Outcome));

        plan = await MakeAsync(options =>
        {
            options.Media.BindAddress = "0.0.0.0";
            options.Media.AnnouncedAddresses = ["10.0.0.1"];
        });
        Assert.Contains(plan.Lines, line => line.Text.Contains("no announced media address is public", StringComparison.Ordinal));

        plan = await MakeAsync(options => options.Turn.Listen = ["tcp://127.0.0.1:0"]);
        Assert.Contains(plan.Lines, line => line.Text.Contains("TLS is off", StringComparison.Ordinal));
        Assert.Contains(plan.Lines, line => line.Text.StartsWith("tcp://127.0.0.1:0: ", StringComparison.Ordinal));

        plan = await MakeAsync(options => options.Media.Port = 0);
        Assert.Contains(plan.Lines, line => line.Outcome == CheckOutcome.Failed && line.Text.StartsWith("UDP: ", StringComparison.Ordinal));
        Assert.Empty(plan.Targets);
    }

    [Fact]
    public async Task All_addresses_of_behaviour_discovery_are_tried_as_clients_are_told_them()
    {
        CheckPlan plan = await MakeAsync(options =>
        {
            options.Turn.Discovery = ["10.0.0.1:3478", "10.0.0.2:3479"];
            options.Turn.DiscoveryAnnounced = ["9.9.9.8", "9.9.9.9"];
        });
        Assert.Equal(
            ["UDP 9.9.9.8:3478", "UDP 9.9.9.8:3479", "UDP 9.9.9.9:3478", "UDP 9.9.9.9:3479"],
            plan.Targets.Where(target => target.Worker == CheckTarget.Discovery).Select(target => target.ToString().Split(',')[0]),
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_look_up_takes_no_longer_than_the_rest()
    {
        var options = new RelayOptions();
        options.Turn.Host = "localhost";
        CheckPlan plan = await CheckPlan.MakeAsync(options, TimeSpan.Zero);
        CheckLine line = Assert.Single(plan.Lines, line => line.Outcome == CheckOutcome.Failed);
        Assert.StartsWith("localhost: no name server", line.Text, StringComparison.Ordinal);
        Assert.Equal(["UDP 127.0.0.1:40000, worker 0"], plan.Targets.Select(target => target.ToString()), StringComparer.Ordinal);
    }

    private static Task<CheckPlan> MakeAsync(Action<RelayOptions> change)
    {
        var options = new RelayOptions();
        change(options);
        return CheckPlan.MakeAsync(options, TimeSpan.FromSeconds(30));
    }
}
