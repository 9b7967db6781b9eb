using System.Text;
using Relay.Core.Primitives;
using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpCandidateTests
{
    [Fact]
    public void Candidates_have_descending_priorities_and_a_foundation_per_address()
    {
        var text = new StringBuilder();
        SdpCandidate.WriteAll(
            text,
            [
                TransportAddress.FromIPv4(0xC6336401, 40000),
                new TransportAddress(new UInt128(0x2001_0DB8_0000_0000UL, 7), 40000),
                TransportAddress.FromIPv4(0xC6336401, 40001),
            ],
            [TransportAddress.FromIPv4(0xC6336401, 443), TransportAddress.FromIPv4(0xC6336401, 3478)]);

        Assert.Equal(
            """
            a=candidate:1 1 udp 2130706431 198.51.100.1 40000 typ host
            a=candidate:2 1 udp 2130706175 2001:db8::7 40000 typ host
            a=candidate:1 1 udp 2130705919 198.51.100.1 40001 typ host
            a=candidate:4 1 tcp 1520435199 198.51.100.1 443 typ host tcptype passive
            a=candidate:4 1 tcp 1520434943 198.51.100.1 3478 typ host tcptype passive
            a=end-of-candidates

            """.ReplaceLineEndings("\r\n"),
            text.ToString());
    }

    [Fact]
    public void The_first_host_candidate_has_the_highest_priority_of_rfc_8445() =>
        Assert.Equal((126u << 24) + (65535u << 8) + 255u, SdpCandidate.HostPriority(0));

    [Theory]
    [InlineData("1 1 udp 2130706431 198.51.100.1 40000 typ host")]
    [InlineData(
        "417893856 1 udp 2113937151 c4009968-dc53-4c37-92bf-c570395ff649.local 40385 typ host generation 0 network-cost 999")]
    [InlineData("1 1 TCP 2105524479 fd00::2 9 typ host tcptype active")]
    [InlineData("d0bcf3d9c29a2bc887618212a1623bfa 2 udp 1 192.0.2.2 1 typ srflx raddr 0.0.0.0 rport 0")]
    public void Candidates_of_browsers_are_well_formed(string value) => Assert.True(SdpCandidate.IsWellFormed(value));

    [Theory]
    [InlineData("")]
    [InlineData("1 1 udp 2130706431 198.51.100.1 40000 typ")]
    [InlineData("1 1 udp 2130706431 198.51.100.1 40000 type host")]
    [InlineData("1 0 udp 2130706431 198.51.100.1 40000 typ host")]
    [InlineData("1 257 udp 2130706431 198.51.100.1 40000 typ host")]
    [InlineData("1 1 udp 4294967296 198.51.100.1 40000 typ host")]
    [InlineData("1 1 udp 1 198.51.100.1 65536 typ host")]
    [InlineData("123456789012345678901234567890123 1 udp 1 198.51.100.1 1 typ host")]
    public void Other_text_is_not(string value) => Assert.False(SdpCandidate.IsWellFormed(value));
}
