using System.Buffers.Binary;
using Relay.Core.Diagnostics;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

public class SrtpInboundTests
{
    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Every_flipped_bit_of_rtp_is_refused_and_changes_nothing(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        byte[] first = Protect(outbound, RtpPacket(1000));
        byte[] second = Protect(outbound, RtpPacket(1001));
        Assert.All(Flips(first), flipped => AssertRefused(inbound, flipped));
        Assert.Equal(0, inbound.StreamCount);

        Assert.Equal(DropReason.None, Unprotect(inbound, first));
        Assert.All(Flips(second), flipped => AssertRefused(inbound, flipped));
        Assert.Equal(1, inbound.StreamCount);
        Assert.Equal(DropReason.SrtpReplayed, Unprotect(inbound, first));
        Assert.Equal(DropReason.None, Unprotect(inbound, second, out byte[] plain));
        Assert.Equal(RtpPacket(1001), plain);
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Every_flipped_bit_of_rtcp_is_refused_and_changes_nothing(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        byte[] first = ProtectRtcp(outbound, RtcpPacket());
        byte[] second = ProtectRtcp(outbound, RtcpPacket());
        Assert.All(Flips(first), flipped => AssertRtcpRefused(inbound, flipped));
        Assert.Equal(0, inbound.StreamCount);

        Assert.Equal(DropReason.None, UnprotectRtcp(inbound, first));
        Assert.All(Flips(second), flipped => AssertRtcpRefused(inbound, flipped));
        Assert.Equal(DropReason.SrtpReplayed, UnprotectRtcp(inbound, first));
        Assert.Equal(DropReason.None, UnprotectRtcp(inbound, second, out byte[] plain));
        Assert.Equal(RtcpPacket(), plain);
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Every_truncation_is_refused(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        byte[] rtp = Protect(outbound, RtpPacket(1));
        byte[] rtcp = ProtectRtcp(outbound, RtcpPacket());
        for (int i = 0; i < rtp.Length; i++)
        {
            AssertRefused(inbound, rtp[..i]);
        }

        for (int i = 0; i < rtcp.Length; i++)
        {
            AssertRtcpRefused(inbound, rtcp[..i]);
        }

        Assert.Equal(0, inbound.StreamCount);
        Assert.Equal(DropReason.None, Unprotect(inbound, rtp));
        Assert.Equal(DropReason.None, UnprotectRtcp(inbound, rtcp));
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Random_bytes_are_refused(SrtpProfile profile)
    {
        Random random = new(42);
        using SrtpInbound inbound = Inbound(profile);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] packet = new byte[random.Next(150)];
            random.NextBytes(packet);
            if (packet.Length > 0 && i % 2 == 0)
            {
                packet[0] = (byte)(0x80 | (packet[0] & 0x1F));
            }

            AssertRefused(inbound, packet);
            AssertRtcpRefused(inbound, packet);
        }

        Assert.Equal(0, inbound.StreamCount);
    }

    [Theory]
    [InlineData(SrtpProfile.Aes128CmSha1_80)]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    public void Loss_reordering_and_duplicates_across_wraps_are_survived(SrtpProfile profile)
    {
        const int Packets = 150_000;
        const int Start = 65_000;
        Random random = new(7);
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        List<(int Due, int Number, byte[] Packet)> underWay = [];
        bool[] seen = new bool[Packets];
        for (int i = 0; i < Packets; i++)
        {
            byte[] packet = Protect(outbound, RtpPacket((Start + i) & 0xFFFF, 8));
            // The first one arrives: a stream whose first packets come in from both sides of a wrap is another test.
            if (i == 0 || random.Next(20) != 0)
            {
                int copies = random.Next(50) == 0 ? 2 : 1;
                for (int copy = 0; copy < copies; copy++)
                {
                    underWay.Add((i == 0 ? 0 : i + random.Next(100), i, packet));
                }
            }

            for (int at = underWay.Count - 1; at >= 0; at--)
            {
                (int due, int number, byte[] arrived) = underWay[at];
                if (due > i)
                {
                    continue;
                }

                underWay.RemoveAt(at);
                DropReason reason = Unprotect(inbound, arrived, out byte[] plain);
                Assert.Equal(seen[number] ? DropReason.SrtpReplayed : DropReason.None, reason);
                Assert.True(seen[number] || plain.AsSpan().SequenceEqual(RtpPacket((Start + number) & 0xFFFF, 8)));
                seen[number] = true;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void The_replay_window_ends_at_1023_behind(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        byte[][] packets = [.. Enumerable.Range(0, 1025).Select(i => Protect(outbound, RtpPacket(3000 + i)))];
        Assert.Equal(DropReason.None, Unprotect(inbound, packets[1024]));
        Assert.Equal(DropReason.None, Unprotect(inbound, packets[1]));
        Assert.Equal(DropReason.SrtpReplayed, Unprotect(inbound, packets[1]));
        Assert.Equal(DropReason.SrtpTooOld, Unprotect(inbound, packets[0]));
        Assert.Equal(DropReason.None, Unprotect(inbound, packets[2]));
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void A_stream_may_begin_at_65535(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        byte[] last = Protect(outbound, RtpPacket(65_535));
        byte[] wrapped = Protect(outbound, RtpPacket(0));
        byte[] next = Protect(outbound, RtpPacket(1));
        Assert.Equal(DropReason.None, Unprotect(inbound, last));
        Assert.Equal(DropReason.None, Unprotect(inbound, wrapped));
        Assert.Equal(DropReason.None, Unprotect(inbound, next, out byte[] plain));
        Assert.Equal(RtpPacket(1), plain);
    }

    /// <summary>The sender wrapped before anything of it arrived; what comes late is before the wrap.</summary>
    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void A_stream_whose_first_packets_are_lost_across_the_wrap_is_understood(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        byte[] late = Protect(outbound, RtpPacket(65_535));
        byte[] wrapped = Protect(outbound, RtpPacket(0));
        byte[] next = Protect(outbound, RtpPacket(1));
        Assert.Equal(DropReason.None, Unprotect(inbound, next, out byte[] plain));
        Assert.Equal(RtpPacket(1), plain);
        Assert.Equal(DropReason.None, Unprotect(inbound, late, out plain));
        Assert.Equal(RtpPacket(65_535), plain);
        Assert.Equal(DropReason.None, Unprotect(inbound, wrapped));
        Assert.Equal(DropReason.SrtpReplayed, Unprotect(inbound, next));
        Assert.Equal(1, inbound.StreamCount);
    }

    [Theory]
    [InlineData(32_767)]
    [InlineData(33_000)]
    [InlineData(50_000)]
    [InlineData(64_000)]
    public void A_stream_comes_back_after_a_long_loss(int lost)
    {
        using SrtpOutbound outbound = Outbound(SrtpProfile.AeadAes128Gcm);
        using SrtpInbound inbound = Inbound(SrtpProfile.AeadAes128Gcm);
        byte[] before = Protect(outbound, RtpPacket(20_000));
        Assert.Equal(DropReason.None, Unprotect(inbound, before));
        byte[] after = [];
        for (int i = 1; i <= lost; i++)
        {
            after = Protect(outbound, RtpPacket((20_000 + i) & 0xFFFF, 8));
        }

        Assert.Equal(DropReason.None, Unprotect(inbound, after, out byte[] plain));
        Assert.Equal(RtpPacket((20_000 + lost) & 0xFFFF, 8), plain);
        AssertRefused(inbound, before);
    }

    [Fact]
    public void A_forged_packet_far_ahead_does_not_move_the_stream()
    {
        using SrtpOutbound outbound = Outbound(SrtpProfile.Aes128CmSha1_80);
        using SrtpInbound inbound = Inbound(SrtpProfile.Aes128CmSha1_80);
        Assert.Equal(DropReason.None, Unprotect(inbound, Protect(outbound, RtpPacket(100))));
        byte[] forged = Protect(outbound, RtpPacket(101));
        byte[] good = (byte[])forged.Clone();
        BinaryPrimitives.WriteUInt16BigEndian(forged.AsSpan(2), 30_000);
        Assert.Equal(DropReason.SrtpAuthenticationFailed, Unprotect(inbound, forged));
        BinaryPrimitives.WriteUInt16BigEndian(forged.AsSpan(2), 65_000);
        AssertRefused(inbound, forged);
        Assert.Equal(DropReason.None, Unprotect(inbound, good));
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void A_full_table_refuses_new_streams_and_serves_the_old(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile, maxStreams: 2);
        Assert.Equal(DropReason.None, Unprotect(inbound, Protect(outbound, RtpPacket(1, ssrc: 1))));
        Assert.Equal(DropReason.None, UnprotectRtcp(inbound, ProtectRtcp(outbound, RtcpPacket(ssrc: 2))));
        byte[] third = Protect(outbound, RtpPacket(1, ssrc: 3));
        Assert.Equal(DropReason.SrtpTooManyStreams, Unprotect(inbound, third));
        Assert.Equal(DropReason.SrtpTooManyStreams, UnprotectRtcp(inbound, ProtectRtcp(outbound, RtcpPacket(ssrc: 3))));
        Assert.Equal(2, inbound.StreamCount);
        Assert.Equal(DropReason.None, Unprotect(inbound, Protect(outbound, RtpPacket(1, ssrc: 2))));
        Assert.Equal(DropReason.None, Unprotect(inbound, Protect(outbound, RtpPacket(2, ssrc: 1))));

        Assert.False(inbound.RemoveStream(3));
        Assert.True(inbound.RemoveStream(1));
        Assert.Equal(DropReason.None, Unprotect(inbound, third));
    }

    [Fact]
    public void Streams_do_not_share_their_windows()
    {
        using SrtpOutbound outbound = Outbound(SrtpProfile.AeadAes256Gcm);
        using SrtpInbound inbound = Inbound(SrtpProfile.AeadAes256Gcm);
        Assert.Equal(DropReason.None, Unprotect(inbound, Protect(outbound, RtpPacket(60_000, ssrc: 1))));
        Assert.Equal(DropReason.None, Unprotect(inbound, Protect(outbound, RtpPacket(5, ssrc: 2))));
        Assert.Equal(DropReason.None, Unprotect(inbound, Protect(outbound, RtpPacket(60_001, ssrc: 1))));
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Rtcp_has_a_replay_window_of_its_own(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        byte[][] packets = [.. Enumerable.Range(0, 1025).Select(_ => ProtectRtcp(outbound, RtcpPacket()))];
        Assert.Equal(DropReason.None, UnprotectRtcp(inbound, packets[1024]));
        Assert.Equal(DropReason.None, UnprotectRtcp(inbound, packets[1]));
        Assert.Equal(DropReason.SrtpReplayed, UnprotectRtcp(inbound, packets[1]));
        Assert.Equal(DropReason.SrtpTooOld, UnprotectRtcp(inbound, packets[0]));
        Assert.Equal(DropReason.None, Unprotect(inbound, Protect(outbound, RtpPacket(1))));
        Assert.Equal(1, inbound.StreamCount);
    }

    [Fact]
    public void Rtcp_in_the_clear_is_authenticated_in_aes_cm_too()
    {
        byte[] plain = RtcpPacket();
        byte[] packet = new byte[plain.Length + 4 + 10];
        plain.CopyTo(packet, 0);
        packet[plain.Length + 3] = 9;
        SrtpProfile profile = SrtpProfile.Aes128CmSha1_80;
        using (SrtpCipher cipher = SrtpCipher.Derive(profile, MasterKey(profile), MasterSalt(profile), true, encrypt: true))
        {
            cipher.Seal(
                Ssrc, 9, plain, packet.AsSpan(plain.Length, 4), default, default, default, packet.AsSpan(plain.Length + 4));
        }

        using SrtpInbound inbound = Inbound(profile);
        Assert.All(Flips(packet), flipped => AssertRtcpRefused(inbound, flipped));
        Assert.Equal(DropReason.None, UnprotectRtcp(inbound, packet, out byte[] opened));
        Assert.Equal(plain, opened);
        Assert.Equal(DropReason.SrtpReplayed, UnprotectRtcp(inbound, packet));
    }

    [Fact]
    public void The_last_index_of_a_key_is_taken_and_nothing_after_it()
    {
        SrtpProfile profile = SrtpProfile.AeadAes128Gcm;
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpOutbound restarted = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        outbound.RestartStream(Ssrc, SrtpPacketIndex.Max - 1);
        inbound.RestartStream(Ssrc, SrtpPacketIndex.Max - 1);
        byte[] last = Protect(outbound, RtpPacket(65_535));
        Assert.Equal(DropReason.None, Unprotect(inbound, last));
        Assert.Equal(DropReason.SrtpIndexExhausted, Unprotect(inbound, Protect(restarted, RtpPacket(0))));
        Assert.Equal(DropReason.SrtpReplayed, Unprotect(inbound, last));
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Outside_of_the_packet_the_whole_plain_packet_is_there_and_the_packet_stays(SrtpProfile profile)
    {
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        byte[] plain = RtpPacket(1, 333);
        byte[] packet = Protect(outbound, plain);
        byte[] before = (byte[])packet.Clone();
        byte[] output = new byte[plain.Length + 1];
        output[^1] = 0x77;
        Assert.Equal(DropReason.PacketTooLarge, inbound.Unprotect(packet, output.AsSpan(0, plain.Length - 1), out _));
        Assert.Equal(DropReason.None, inbound.Unprotect(packet, output, out int length));
        Assert.Equal([.. plain, 0x77], output);
        Assert.Equal(plain.Length, length);
        Assert.Equal(before, packet);
    }

    [Fact]
    public void The_last_rtcp_index_is_taken()
    {
        SrtpProfile profile = SrtpProfile.Aes128CmSha1_80;
        using SrtpOutbound outbound = Outbound(profile);
        using SrtpInbound inbound = Inbound(profile);
        outbound.RestartRtcp(SrtpPacketIndex.RtcpMax);
        Assert.Equal(DropReason.None, UnprotectRtcp(inbound, ProtectRtcp(outbound, RtcpPacket()), out byte[] plain));
        Assert.Equal(RtcpPacket(), plain);
    }

    [Fact]
    public void After_dispose_there_are_no_keys()
    {
        SrtpInbound inbound = Inbound(SrtpProfile.AeadAes128Gcm);
        inbound.Dispose();
        Assert.Equal(DropReason.SrtpNoKeys, Unprotect(inbound, RtpPacket(1)));
        Assert.Equal(DropReason.SrtpNoKeys, UnprotectRtcp(inbound, RtcpPacket()));
    }

    [Fact]
    public void An_unsupported_profile_is_a_bug() =>
        Assert.Throws<InvalidOperationException>(() => new SrtpInbound(SrtpProfile.None, default, default));

    private static void AssertRefused(SrtpInbound inbound, byte[] packet)
    {
        byte[] copy = (byte[])packet.Clone();
        DropReason inPlace = inbound.Unprotect(copy, copy, out int length);
        Assert.NotEqual(DropReason.None, inPlace);
        Assert.Equal(0, length);
        Assert.True(copy.AsSpan().SequenceEqual(packet));

        byte[] output = new byte[packet.Length];
        Assert.Equal(inPlace, inbound.Unprotect(copy, output, out length));
        Assert.Equal(0, length);
        Assert.True(copy.AsSpan().SequenceEqual(packet));
        Assert.False(output.AsSpan().ContainsAnyExcept((byte)0));
    }

    private static void AssertRtcpRefused(SrtpInbound inbound, byte[] packet)
    {
        byte[] copy = (byte[])packet.Clone();
        Assert.NotEqual(DropReason.None, inbound.UnprotectRtcp(copy, out int length));
        Assert.Equal(0, length);
        Assert.True(copy.AsSpan().SequenceEqual(packet));
    }

    private static IEnumerable<byte[]> Flips(byte[] packet)
    {
        for (int bit = 0; bit < packet.Length * 8; bit++)
        {
            byte[] flipped = (byte[])packet.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return flipped;
        }
    }
}
