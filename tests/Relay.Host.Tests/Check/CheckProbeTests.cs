using System.Net;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
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

        CheckLine line = await new CheckProbe(target, isLocal, new HashSet<IPAddress>(), Long).RunAsync(user: null);

        Assert.Equal(isGood ? CheckOutcome.Ok : CheckOutcome.Failed, line.Outcome);
        Assert.StartsWith($"{target}: ", line.Text, StringComparison.Ordinal);
        Assert.Contains(said, line.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.7", true)]
    [InlineData("192.0.2.8", false)]
    public async Task A_relay_that_has_the_secret_and_another_address_is_another(string announced, bool isGood)
    {
        using var server = new StunServerStub(request => Relayed(request, TransportAddress.FromIPv4(0xC000_0207, 5000)));
        var target = new CheckTarget(CheckTransport.Udp, "127.0.0.1", server.EndPoint, 0);
        var probe = new CheckProbe(target, isLocal: false, new HashSet<IPAddress> { IPAddress.Parse(announced) }, Long);

        CheckLine line = await probe.RunAsync(new TurnUser("alice", "a-secret"));

        Assert.Equal(isGood ? CheckOutcome.Ok : CheckOutcome.Failed, line.Outcome);
        Assert.Contains(
            isGood ? "TURN relays from 192.0.2.7:5000" : "TURN relays from 192.0.2.7, which is none of Media:AnnouncedAddresses",
            line.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_no_packet_can_go_to_is_a_line_and_not_the_end()
    {
        foreach (CheckTransport transport in (CheckTransport[])[CheckTransport.Udp, CheckTransport.Tcp])
        {
            var target = new CheckTarget(transport, "fe80::1", new IPEndPoint(IPAddress.Parse("fe80::1"), 9), 0);
            CheckLine line = await new CheckProbe(target, isLocal: false, new HashSet<IPAddress>(), Long).RunAsync(user: null);
            Assert.Equal(CheckOutcome.Failed, line.Outcome);
        }
    }

    // Binding, a challenge to the first Allocate, and an address for the second.
    private static byte[] Relayed(byte[] request, TransportAddress relayed)
    {
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(request, out StunMessageReader asked));
        if (asked.Method == StunMethod.Binding)
        {
            return StunServerStub.Mapped(request, relayed);
        }

        if (!asked.HasIntegrity)
        {
            return StunServerStub.Error(
                request, StunErrorCode.Unauthenticated, (StunAttributeType.Realm, [65]), (StunAttributeType.Nonce, [66]));
        }

        byte[] buffer = new byte[128];
        var writer = new StunMessageWriter(buffer);
        writer.WriteHeader(StunClass.SuccessResponse, asked.Method, asked.TransactionId);
        writer.AddXorAddress(StunAttributeType.XorRelayedAddress, relayed);
        return buffer[..writer.Length];
    }
}
