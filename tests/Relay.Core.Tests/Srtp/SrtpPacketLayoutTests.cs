using Relay.Core.Diagnostics;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

public class SrtpPacketLayoutTests
{
    private const string Fixed = "60 1234 00000001 cafebabe";

    [Theory]
    [InlineData("80" + Fixed, 12)]
    [InlineData("82" + Fixed + "00000001 00000002", 20)]
    [InlineData("90" + Fixed + "bede0000", 16)]
    [InlineData("90" + Fixed + "bede0001 10aa0000", 20)]
    [InlineData("91" + Fixed + "00000001 10000001 10aa0000", 24)]
    public void Csrcs_and_extension_belong_to_the_header(string header, int expected)
    {
        byte[] packet = [.. Hex(header), .. new byte[30]];
        Assert.Equal(DropReason.None, SrtpPacketLayout.ReadRtpHeaderLength(packet, 10, out int length));
        Assert.Equal(expected, length);

        packet = [.. Hex(header), .. new byte[10]];
        Assert.Equal(DropReason.None, SrtpPacketLayout.ReadRtpHeaderLength(packet, 10, out length));
        Assert.Equal(expected, length);
        for (int i = 0; i < packet.Length; i++)
        {
            Assert.Equal(DropReason.SrtpTruncated, SrtpPacketLayout.ReadRtpHeaderLength(packet.AsSpan(0, i), 10, out length));
            Assert.Equal(0, length);
        }
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x40)]
    [InlineData(0xC0)]
    public void Only_version_2_is_read(byte first)
    {
        byte[] packet = new byte[100];
        packet[0] = first;
        Assert.Equal(DropReason.RtpBadVersion, SrtpPacketLayout.ReadRtpHeaderLength(packet, 16, out _));
        Assert.Equal(DropReason.RtcpBadVersion, SrtpPacketLayout.CheckRtcp(packet, 20));
    }

    [Fact]
    public void An_extension_longer_than_any_packet_is_refused()
    {
        byte[] packet = [.. Hex("9f" + Fixed), .. Enumerable.Repeat((byte)0xFF, 1300)];
        Assert.Equal(DropReason.SrtpTruncated, SrtpPacketLayout.ReadRtpHeaderLength(packet, 16, out _));
    }

    [Fact]
    public void Rtcp_needs_its_header_and_what_srtcp_adds()
    {
        byte[] packet = new byte[28];
        packet[0] = 0x80;
        Assert.Equal(DropReason.None, SrtpPacketLayout.CheckRtcp(packet, 20));
        Assert.Equal(DropReason.SrtpTruncated, SrtpPacketLayout.CheckRtcp(packet.AsSpan(0, 27), 20));
        Assert.Equal(DropReason.SrtpTruncated, SrtpPacketLayout.CheckRtcp(default, 20));
    }

    [Fact]
    public void Fields_are_read_from_their_places()
    {
        byte[] rtp = Hex("80" + Fixed);
        Assert.Equal(0x1234, SrtpPacketLayout.Sequence(rtp));
        Assert.Equal(0xcafebabe, SrtpPacketLayout.RtpSsrc(rtp));
        Assert.Equal(0xcafebabe, SrtpPacketLayout.RtcpSsrc(RtcpPacket(ssrc: 0xcafebabe)));
    }
}
