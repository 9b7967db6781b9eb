using Relay.Core.Primitives;
using Relay.Host.Check;
using Xunit;

namespace Relay.Host.Tests.Check;

public sealed class CheckProbeTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(0x7F00_0001, true, true, "STUN answers")]
    [InlineData(0xC000_0207, false, true, "sees this machine as 192.0.2.7 (a NAT is in between)")]
    [InlineData(0xC000_0207, true, false, "sees this machine as 192.0.2.7 instead of 127.0.0.1")]
    public async Task Only_a_way_that_leaves_the_machine_may_change_addresses(
        uint mapped, bool isLocal, bool isGood, string said)
    {
        using var server = new StunServerStub(request => StunServerStub.Mapped(request, TransportAddress.FromIPv4(mapped, 5000)));
        var target = new CheckTarget(CheckTransport.Udp, "127.0.0.1", server.EndPoint, 0);

        CheckLine line = await new CheckProbe(target, isLocal, Long).RunAsync(user: null);

        Assert.Equal(isGood ? CheckOutcome.Ok : CheckOutcome.Failed, line.Outcome);
        Assert.StartsWith($"{target}: ", line.Text, StringComparison.Ordinal);
        Assert.Contains(said, line.Text, StringComparison.Ordinal);
    }
}
