using System.Buffers.Binary;
using Relay.Core.Diagnostics;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

public class SrtpOutboundTests
{
    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Payloads_of_0_to_1300_bytes_arrive(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        for (int length = 0; length <= 1300; length++)
        {
            byte[] plain = RtpPacket(length, length);
            byte[] packet = Protect(outbound, plain);
            Assert.Equal(plain.Length + SrtpProfiles.TagLength(profile), packet.Length);
            Assert.Equal(plain[..12], packet[..12]);
            Assert.Equal(DropReason.None, Unprotect(inbound, packet, out byte[] opened));
            Assert.Equal(plain, opened);
        }
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Reports_of_0_to_600_bytes_arrive(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        for (int length = 0; length <= 600; length += 4)
        {
            byte[] plain = RtcpPacket(length);
            byte[] packet = ProtectRtcp(outbound, plain);
            Assert.Equal(plain.Length + SrtpProfiles.TagLength(profile) + 4, packet.Length);
            Assert.Equal(plain[..8], packet[..8]);
            Assert.Equal(DropReason.None, UnprotectRtcp(inbound, packet, out byte[] opened));
            Assert.Equal(plain, opened);
        }
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Csrcs_extension_and_prefix_end_up_in_their_places(SrtpProfile profile)
    {
        byte[] header = Hex("92 60 0001 00000002 cafebabe 11111111 22222222 bede0001 10aa0000");
        byte[] payload = RtpPacket(5, 100)[12..];
        byte[] prefix = [9, 8, 7, 6, 5, 4];
        byte[] output = new byte[300];
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        Assert.Equal(DropReason.None, outbound.Protect(header, prefix, payload, output, out int length));
        Assert.Equal(header.Length + 106 + SrtpProfiles.TagLength(profile), length);
        Assert.All(output[length..], b => Assert.Equal(0, b));
        Assert.Equal(DropReason.None, Unprotect(inbound, output[..length], out byte[] plain));
        Assert.Equal([.. header, .. prefix, .. payload], plain);
    }

    /// <summary>The payload may lie in the output: in place, before its place or behind it.</summary>
    [Theory]
    [InlineData(18)]
    [InlineData(0)]
    [InlineData(12)]
    [InlineData(17)]
    [InlineData(19)]
    [InlineData(50)]
    public void A_payload_inside_the_output_gives_the_same_packet(int offset)
    {
        byte[] header = RtpPacket(1)[..12];
        byte[] prefix = [1, 2, 3, 4, 5, 6];
        byte[] payload = RtpPacket(77, 200)[12..];
        foreach (ITheoryDataRow row in Profiles)
        {
            SrtpProfile profile = (SrtpProfile)row.GetData()[0]!;
            byte[] apart = new byte[300];
            byte[] together = new byte[300];
            payload.CopyTo(together, offset);
            using SrtpOutbound first = Outbound(profile);
            using SrtpOutbound second = Outbound(profile);
            Assert.Equal(DropReason.None, first.Protect(header, prefix, payload, apart, out int length));
            Assert.Equal(
                DropReason.None,
                second.Protect(header, prefix, together.AsSpan(offset, payload.Length), together, out int lengthTogether));
            Assert.Equal(length, lengthTogether);
            Assert.Equal(apart[..length], together[..length]);
        }
    }

    [Fact]
    public void Header_and_payload_in_place_give_the_same_packet()
    {
        byte[] plain = RtpPacket(1, 90);
        byte[] buffer = [.. plain, .. new byte[16]];
        using SrtpOutbound first = Outbound(SrtpProfile.AeadAes128Gcm);
        using SrtpOutbound second = Outbound(SrtpProfile.AeadAes128Gcm);
        byte[] expected = Protect(first, plain);
        Assert.Equal(
            DropReason.None, second.Protect(buffer.AsSpan(0, 12), default, buffer.AsSpan(12, 90), buffer, out int length));
        Assert.Equal(expected, buffer[..length]);
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Output_without_room_is_refused_and_changes_nothing(SrtpProfile profile)
    {
        byte[] plain = RtpPacket(1);
        byte[] report = RtcpPacket();
        using SrtpOutbound outbound = Outbound(profile);
        byte[] output = new byte[plain.Length + SrtpProfiles.TagLength(profile) - 1];
        Assert.Equal(
            DropReason.PacketTooLarge, outbound.Protect(plain.AsSpan(0, 12), default, plain.AsSpan(12), output, out int length));
        Assert.Equal(0, length);
        Assert.Equal(0, outbound.StreamCount);
        Assert.All(output, b => Assert.Equal(0, b));

        byte[] buffer = new byte[report.Length + SrtpProfiles.TagLength(profile) + 3];
        report.CopyTo(buffer, 0);
        Assert.Equal(DropReason.PacketTooLarge, outbound.ProtectRtcp(buffer, report.Length, out length));
        Assert.Equal(0, length);
        Assert.Equal(report, buffer[..report.Length]);
        Assert.Equal(DropReason.None, UnprotectRtcp(Inbound(profile), ProtectRtcp(outbound, report)));
    }

    [Fact]
    public void Headers_too_short_are_a_bug()
    {
        using SrtpOutbound outbound = Outbound(SrtpProfile.AeadAes128Gcm);
        Assert.Throws<InvalidOperationException>(() => outbound.Protect(new byte[11], default, default, new byte[99], out _));
        Assert.Throws<InvalidOperationException>(() => outbound.ProtectRtcp(new byte[99], 7, out _));
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void A_packet_overtaken_across_the_wrap_has_the_rollover_counter_of_its_time(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        foreach (int sequence in new[] { 65_533, 65_535, 1, 65_534, 0, 2 })
        {
            byte[] packet = Protect(outbound, RtpPacket(sequence));
            Assert.Equal(DropReason.None, Unprotect(inbound, packet, out byte[] plain));
            Assert.Equal(RtpPacket(sequence), plain);
        }
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void A_sequence_number_is_sealed_once(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        byte[] plain = RtpPacket(2000);
        byte[] output = new byte[100];
        Protect(outbound, plain);
        Assert.Equal(
            DropReason.SrtpReplayed, outbound.Protect(plain.AsSpan(0, 12), default, plain.AsSpan(12), output, out int length));
        Assert.Equal(0, length);
        Assert.All(output, b => Assert.Equal(0, b));
        Protect(outbound, RtpPacket(3000));
        Protect(outbound, RtpPacket(3000 - 1023));
        Assert.Equal(
            DropReason.SrtpTooOld, outbound.Protect(RtpPacket(3000 - 1024).AsSpan(0, 12), default, default, output, out _));
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Repeats_that_were_asked_for_are_the_same_bytes_again(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile, allowRepeats: true);
        byte[] early = Protect(outbound, RtpPacket(65_000));
        byte[] late = [];
        for (int i = 1; i < 3000; i++)
        {
            late = Protect(outbound, RtpPacket((65_000 + i) & 0xFFFF));
        }

        Assert.Equal(early, Protect(outbound, RtpPacket(65_000)));
        Assert.Equal(late, Protect(outbound, RtpPacket((65_000 + 2999) & 0xFFFF)));
        using SrtpInbound inbound = Inbound(profile);
        Assert.Equal(DropReason.None, Unprotect(inbound, early));
        Assert.Equal(DropReason.None, Unprotect(inbound, late));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_comes_before_the_first_turn(bool allowRepeats)
    {
        using SrtpOutbound outbound = Outbound(SrtpProfile.AeadAes128Gcm, allowRepeats: allowRepeats);
        Protect(outbound, RtpPacket(3));
        Assert.Equal(
            DropReason.SrtpTooOld, outbound.Protect(RtpPacket(65_535).AsSpan(0, 12), default, default, new byte[99], out _));
        Assert.Equal(RtpPacket(4)[..12], Protect(outbound, RtpPacket(4))[..12]);
    }

    [Fact]
    public void Too_many_streams_are_refused_until_one_is_removed()
    {
        using SrtpOutbound outbound = Outbound(SrtpProfile.AeadAes128Gcm, maxStreams: 2);
        Protect(outbound, RtpPacket(1, ssrc: 1));
        Protect(outbound, RtpPacket(1, ssrc: 2));
        byte[] third = RtpPacket(1, ssrc: 3);
        Assert.Equal(DropReason.SrtpTooManyStreams, outbound.Protect(third, default, default, new byte[200], out _));
        Assert.Equal(2, outbound.StreamCount);
        Protect(outbound, RtpPacket(2, ssrc: 1));
        ProtectRtcp(outbound, RtcpPacket(ssrc: 3));
        Assert.False(outbound.RemoveStream(3));
        Assert.True(outbound.RemoveStream(1));
        Protect(outbound, third);
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Rtcp_indexes_count_up_from_1_over_all_ssrcs(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        int fromEnd = profile == SrtpProfile.Aes128CmSha1_80 ? 14 : 4;
        for (uint i = 1; i < 20; i++)
        {
            byte[] packet = ProtectRtcp(outbound, RtcpPacket(ssrc: i % 3));
            Assert.Equal(0x8000_0000 | i, BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(packet.Length - fromEnd)));
        }
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Keys_end_with_their_indexes(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        outbound.RestartStream(Ssrc, SrtpPacketIndex.Max - 1);
        Protect(outbound, RtpPacket(65_535));
        Assert.Equal(DropReason.SrtpIndexExhausted, outbound.Protect(RtpPacket(0), default, default, new byte[200], out _));

        outbound.RestartRtcp(SrtpPacketIndex.RtcpMax);
        ProtectRtcp(outbound, RtcpPacket());
        byte[] buffer = [.. RtcpPacket(), .. new byte[20]];
        byte[] before = (byte[])buffer.Clone();
        Assert.Equal(DropReason.SrtpIndexExhausted, outbound.ProtectRtcp(buffer, RtcpPacket().Length, out int length));
        Assert.Equal(0, length);
        Assert.Equal(before, buffer);
    }

    [Fact]
    public void After_dispose_there_are_no_keys()
    {
        SrtpOutbound outbound = Outbound(SrtpProfile.Aes128CmSha1_80);
        outbound.Dispose();
        Assert.Equal(DropReason.SrtpNoKeys, outbound.Protect(RtpPacket(1), default, default, new byte[200], out _));
        Assert.Equal(DropReason.SrtpNoKeys, outbound.ProtectRtcp(new byte[200], 8, out _));
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void A_hundred_thousand_packets_there_and_back_allocate_nothing(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        byte[] plain = RtpPacket(0, 160);
        byte[] packet = new byte[300];
        byte[] report = [.. RtcpPacket(), .. new byte[40]];
        byte[] prefix = [1, 2, 3];
        // The tables grow with the streams, once: the packet before each stream's first.
        foreach (int first in (int[])[50_000, 100_000])
        {
            BinaryPrimitives.WriteUInt16BigEndian(plain.AsSpan(2), (ushort)(first - 1));
            BinaryPrimitives.WriteUInt32BigEndian(plain.AsSpan(8), (uint)(first / 50_000));
            outbound.Protect(plain.AsSpan(0, 12), prefix, plain.AsSpan(12), packet, out int length);
            Assert.Equal(DropReason.None, inbound.Unprotect(packet.AsSpan(0, length), packet, out _));
        }

        int accepted = Run(outbound, inbound, plain, prefix, packet, report, 0, 1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        accepted += Run(outbound, inbound, plain, prefix, packet, report, 1000, 101_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.Equal(101_000, accepted);
    }

    /// <summary>
    /// For each packet: a forgery, the packet, a replay; every tenth time a report; now and then another SSRC.
    /// </summary>
    private static int Run(
        SrtpOutbound outbound,
        SrtpInbound inbound,
        byte[] plain,
        byte[] prefix,
        byte[] packet,
        byte[] report,
        int from,
        int to)
    {
        int accepted = 0;
        for (int i = from; i < to; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(plain.AsSpan(2), (ushort)i);
            BinaryPrimitives.WriteUInt32BigEndian(plain.AsSpan(8), (uint)(i / 50_000));
            outbound.Protect(plain.AsSpan(0, 12), prefix, plain.AsSpan(12), packet, out int length);
            packet[length - 1] ^= 1;
            bool isForgeryTaken = inbound.Unprotect(packet.AsSpan(0, length), packet, out _) == DropReason.None;
            packet[length - 1] ^= 1;
            bool isTaken = inbound.Unprotect(packet.AsSpan(0, length), packet, out _) == DropReason.None;
            bool isReplayTaken = inbound.Unprotect(packet.AsSpan(0, length), packet, out _) == DropReason.None;
            if (i % 10 == 0)
            {
                outbound.ProtectRtcp(report, 32, out int reportLength);
                isTaken &= inbound.UnprotectRtcp(report.AsSpan(0, reportLength), out _) == DropReason.None;
            }

            accepted += isTaken && !isForgeryTaken && !isReplayTaken ? 1 : 0;
        }

        return accepted;
    }
}
