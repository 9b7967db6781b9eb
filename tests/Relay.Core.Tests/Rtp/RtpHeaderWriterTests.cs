using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Xunit;

namespace Relay.Core.Tests.Rtp;

public class RtpHeaderWriterTests
{
    [Fact]
    public void The_header_is_written_to_the_bit()
    {
        byte[] buffer = new byte[12];
        Assert.Equal(12, RtpHeaderWriter.Write(buffer, true, 111, 0xFFFE, 0x01020304, 0xA0A1A2A3, hasExtension: true));
        Assert.Equal("90EFFFFE01020304A0A1A2A3", Convert.ToHexString(buffer));
        Assert.Equal(12, RtpHeaderWriter.Write(buffer, false, 96, 1, 2, 3, hasExtension: false));
        Assert.Equal("806000010000000200000003", Convert.ToHexString(buffer));
    }

    [Fact]
    public void Single_fields_are_changed_in_place()
    {
        byte[] packet = Convert.FromHexString("B2E01234" + "01020304" + "A0A1A2A3" + "C0C1C2C3");
        RtpHeaderWriter.SetMarkerAndPayloadType(packet, marker: false, 127);
        Assert.Equal("B27F123401020304A0A1A2A3C0C1C2C3", Convert.ToHexString(packet));
        RtpHeaderWriter.SetSequenceNumber(packet, 0xFFFF);
        RtpHeaderWriter.SetTimestamp(packet, 0xFFFFFFFE);
        RtpHeaderWriter.SetSsrc(packet, 7);
        Assert.Equal("B27FFFFFFFFFFFFE00000007C0C1C2C3", Convert.ToHexString(packet));
        RtpHeaderWriter.SetPadding(packet, hasPadding: false);
        Assert.Equal(0x92, packet[0]);
        RtpHeaderWriter.SetPadding(packet, hasPadding: true);
        Assert.Equal(0xB2, packet[0]);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var random = new Random(3550);
        byte[] buffer = new byte[40];
        for (int round = 0; round < 5_000; round++)
        {
            bool marker = random.Next(2) == 0;
            byte payloadType = (byte)random.Next(128);
            ushort sequenceNumber = (ushort)random.Next(65_536);
            uint timestamp = (uint)random.NextInt64(1L << 32);
            uint ssrc = (uint)random.NextInt64(1L << 32);
            int offset = RtpHeaderWriter.Write(buffer, marker, payloadType, sequenceNumber, timestamp, ssrc, hasExtension: true);
            HeaderExtensionWriter extension = HeaderExtensionWriter.Begin(buffer.AsSpan(offset), twoByte: false);
            Assert.True(extension.TryAdd(3, [(byte)round]));
            offset += extension.Finish();

            Assert.Equal(DropReason.None, RtpPacketReader.TryParse(buffer, out RtpPacketReader packet));
            Assert.Equal(marker, packet.Marker);
            Assert.Equal(payloadType, packet.PayloadType);
            Assert.Equal(sequenceNumber, packet.SequenceNumber);
            Assert.Equal(timestamp, packet.Timestamp);
            Assert.Equal(ssrc, packet.Ssrc);
            Assert.Equal(offset, packet.HeaderLength);
            Assert.True(packet.TryGetExtension(3, out ReadOnlySpan<byte> value));
            Assert.Equal((byte)round, value[0]);
        }
    }

    [Fact]
    public void Writing_allocates_nothing()
    {
        byte[] buffer = new byte[12];
        Assert.Equal(0, WireFuzz.AllocatedBytes(() => RtpHeaderWriter.Write(buffer, true, 96, 1, 2, 3, hasExtension: false)));
    }
}
