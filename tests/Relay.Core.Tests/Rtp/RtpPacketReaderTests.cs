using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Xunit;

namespace Relay.Core.Tests.Rtp;

public class RtpPacketReaderTests
{
    // V=2 P X CC=2, M, PT 96, seq 0x1234, ts 0x01020304, SSRC 0xA0A1A2A3, two CSRCs, one-byte extension of 2 words
    // (id 1: 3 bytes, id 4: 2 bytes, padding), payload "hello", 3 bytes of padding.
    private static readonly byte[] Full = Convert.FromHexString(
        "B2E01234" + "01020304" + "A0A1A2A3" + "C0C1C2C3" + "C4C5C6C7" + "BEDE0002" + "12AABBCC" + "41DDEE00"
        + "68656C6C6F" + "000003");

    private static readonly byte[] Plain = Convert.FromHexString("80600001" + "00000002" + "00000003" + "FF");

    private static readonly byte[] TwoByte = Convert.FromHexString(
        "90600001" + "00000002" + "00000003" + "10050002" + "010000" + "F0023344" + "00" + "99");

    [Fact]
    public void Every_field_is_read()
    {
        Assert.Equal(DropReason.None, RtpPacketReader.TryParse(Full, out RtpPacketReader packet));
        Assert.Equal(96, packet.PayloadType);
        Assert.True(packet.Marker);
        Assert.Equal(0x1234, packet.SequenceNumber);
        Assert.Equal(0x01020304u, packet.Timestamp);
        Assert.Equal(0xA0A1A2A3u, packet.Ssrc);
        Assert.Equal(2, packet.CsrcCount);
        Assert.Equal(12 + 8 + 4 + 8, packet.HeaderLength);
        Assert.True(packet.HasExtension);
        Assert.Equal(0xBEDE, packet.ExtensionProfile);
        Assert.Equal(24, packet.ExtensionOffset);
        Assert.Equal("12AABBCC41DDEE00", Convert.ToHexString(packet.ExtensionBytes));
        Assert.True(packet.HasPadding);
        Assert.Equal(3, packet.PaddingLength);
        Assert.Equal(5, packet.PayloadLength);
        Assert.Equal("hello"u8, packet.Payload);
    }

    [Fact]
    public void A_plain_packet_has_no_extension_and_no_padding()
    {
        Assert.Equal(DropReason.None, RtpPacketReader.TryParse(Plain, out RtpPacketReader packet));
        Assert.False(packet.Marker);
        Assert.False(packet.HasExtension);
        Assert.Equal(0, packet.ExtensionProfile);
        Assert.True(packet.ExtensionBytes.IsEmpty);
        Assert.Equal(0, packet.PaddingLength);
        Assert.Equal(12, packet.HeaderLength);
        Assert.Equal(1, packet.PayloadLength);
        Assert.False(packet.TryGetExtension(1, out _));
    }

    [Fact]
    public void Extensions_are_found_by_id_in_the_one_byte_form()
    {
        Assert.Equal(DropReason.None, RtpPacketReader.TryParse(Full, out RtpPacketReader packet));
        Assert.True(packet.TryGetExtension(1, out ReadOnlySpan<byte> first));
        Assert.Equal("AABBCC", Convert.ToHexString(first));
        Assert.True(packet.TryGetExtension(4, out ReadOnlySpan<byte> second));
        Assert.Equal("DDEE", Convert.ToHexString(second));
        Assert.False(packet.TryGetExtension(2, out _));
        Assert.False(packet.TryGetExtension(0, out _));
    }

    [Fact]
    public void Extensions_are_found_by_id_in_the_two_byte_form()
    {
        Assert.Equal(DropReason.None, RtpPacketReader.TryParse(TwoByte, out RtpPacketReader packet));
        Assert.True(packet.TryGetExtension(1, out ReadOnlySpan<byte> empty));
        Assert.True(empty.IsEmpty);
        Assert.True(packet.TryGetExtension(0xF0, out ReadOnlySpan<byte> value));
        Assert.Equal("3344", Convert.ToHexString(value));
        Assert.Equal("99", Convert.ToHexString(packet.Payload));
    }

    [Fact]
    public void The_header_alone_ignores_the_encrypted_padding_count()
    {
        byte[] encrypted = (byte[])Full.Clone();
        encrypted[^1] = 0xEE;
        Assert.Equal(DropReason.RtpBadPadding, RtpPacketReader.TryParse(encrypted, out _));
        Assert.Equal(DropReason.None, RtpPacketReader.TryParseHeader(encrypted, out RtpPacketReader packet));
        Assert.Equal(0xA0A1A2A3u, packet.Ssrc);
        Assert.Equal(0x1234, packet.SequenceNumber);
        Assert.Equal(96, packet.PayloadType);
        Assert.Equal(32, packet.HeaderLength);
        Assert.Equal(0, packet.PaddingLength);
        Assert.Equal(8, packet.PayloadLength);
    }

    [Theory]
    [InlineData("00600001000000020000000300", DropReason.RtpBadVersion)]
    [InlineData("40600001000000020000000300", DropReason.RtpBadVersion)]
    [InlineData("C0600001000000020000000300", DropReason.RtpBadVersion)]
    [InlineData("A06000010000000200000003", DropReason.RtpBadPadding)]
    [InlineData("A0600001000000020000000300", DropReason.RtpBadPadding)]
    [InlineData("A0600001000000020000000302", DropReason.RtpBadPadding)]
    [InlineData("A0600001000000020000000301", DropReason.None)]
    [InlineData("8F6000010000000200000003", DropReason.RtpTruncated)]
    [InlineData("906000010000000200000003BEDE00", DropReason.RtpTruncated)]
    [InlineData("906000010000000200000003BEDEFFFF", DropReason.RtpBadExtension)]
    [InlineData("906000010000000200000003BEDE0000", DropReason.None)]
    public void Malformed_packets_are_named(string hex, DropReason expected) =>
        Assert.Equal(expected, RtpPacketReader.TryParse(Convert.FromHexString(hex), out _));

    [Fact]
    public void Padding_may_be_the_whole_payload()
    {
        byte[] bytes = Convert.FromHexString("A06000010000000200000003" + "00000004");
        Assert.Equal(DropReason.None, RtpPacketReader.TryParse(bytes, out RtpPacketReader packet));
        Assert.Equal(0, packet.PayloadLength);
        Assert.Equal(4, packet.PaddingLength);
    }

    [Fact]
    public void Every_cut_inside_the_header_is_refused()
    {
        for (int length = 0; length < 32; length++)
        {
            Assert.NotEqual(DropReason.None, RtpPacketReader.TryParseHeader(Full.AsSpan(0, length), out _));
            Assert.NotEqual(DropReason.None, RtpPacketReader.TryParse(Full.AsSpan(0, length), out _));
        }

        Assert.Equal(DropReason.None, RtpPacketReader.TryParseHeader(Full.AsSpan(0, 32), out _));
    }

    [Fact]
    public void Damaged_packets_never_throw() =>
        WireFuzz.Mutate(seed: 3550, rounds: 150_000, ReadAll, Full, Plain, TwoByte);

    [Fact]
    public void Reading_allocates_nothing() => Assert.Equal(0, WireFuzz.AllocatedBytes(() => ReadAll(Full)));

    private static bool ReadAll(ReadOnlySpan<byte> bytes)
    {
        if (RtpPacketReader.TryParseHeader(bytes, out RtpPacketReader header) == DropReason.None)
        {
            Assert.True(header.HeaderLength + header.Payload.Length == bytes.Length);
        }

        if (RtpPacketReader.TryParse(bytes, out RtpPacketReader packet) != DropReason.None)
        {
            return false;
        }

        int sum = packet.PayloadType + packet.SequenceNumber + packet.CsrcCount + packet.ExtensionProfile;
        sum += (int)packet.Timestamp + (int)packet.Ssrc + (packet.Marker ? 1 : 0);
        HeaderExtensionReader elements = packet.Extensions;
        while (elements.TryReadNext(out byte id, out ReadOnlySpan<byte> value))
        {
            sum += id + value.Length;
        }

        packet.TryGetExtension(5, out _);
        int length = packet.HeaderLength + packet.Payload.Length + packet.PaddingLength;
        return length == bytes.Length && packet.ExtensionBytes.Length % 4 == 0 && sum != int.MinValue;
    }
}
