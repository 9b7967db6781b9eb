using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

public class CmSha1CipherTests
{
    [Fact]
    public void A_tag_waits_only_if_header_and_body_are_one_piece()
    {
        SrtpBatch batch = new();
        using PinnedPackets packets = new(2);
        using EvpCmSha1Cipher cipher = Cipher(batch);
        byte[] plain = RtpPacket(7, 60);
        byte[] expected = Seal(plain);

        Span<byte> apart = packets[0];
        cipher.Seal(Ssrc, 7, plain.AsSpan(0, 12), new byte[4], default, plain.AsSpan(12), apart[12..72], apart[72..82]);
        Assert.Equal(0, batch.WaitingTags);
        Assert.Equal(expected.AsSpan(12), apart[12..82]);

        Span<byte> together = packets[1];
        plain.AsSpan(0, 12).CopyTo(together);
        cipher.Seal(Ssrc, 7, together[..12], new byte[4], default, plain.AsSpan(12), together[12..72], together[72..82]);
        Assert.Equal(Sha1Lanes.IsNarrowSupported ? 1 : 0, batch.WaitingTags);
        batch.FlushTags();
        Assert.Equal(expected, together[..82]);
    }

    [Fact]
    public void A_suffix_that_is_no_counter_and_a_message_too_long_do_not_wait()
    {
        SrtpBatch batch = new();
        using PinnedPackets packets = new(2);
        using EvpCmSha1Cipher cipher = Cipher(batch);
        Span<byte> packet = packets[0];
        cipher.Seal(Ssrc, 7, packet[..12], default, default, new byte[60], packet[12..72], packet[72..82]);
        cipher.Seal(Ssrc, 8, packet[..12], new byte[4], default, new byte[2040], packet[12..2052], packet[2052..2062]);
        Assert.Equal(0, batch.WaitingTags);
    }

    [Fact]
    public void A_forecast_opens_what_it_was_made_for_and_nothing_else()
    {
        SrtpBatch batch = new();
        int count = Math.Min(batch.ForecastsMin, SrtpBatch.ForecastsMax);
        using PinnedPackets packets = new(count);
        using EvpCmSha1Cipher cipher = Cipher(batch);
        byte[] packet = Seal(RtpPacket(7, 60));
        for (int i = 0; i < count; i++)
        {
            Span<byte> received = packets.Put(i, packet);
            received[20] ^= (byte)(i == 1 ? 1 : 0);
            cipher.Forecast(received[..72], 0);
        }

        batch.ComputeForecasts();
        byte[] plain = new byte[60];
        Assert.True(Open(cipher, packets[0][..82], plain));
        Assert.Equal(RtpPacket(7, 60)[12..], plain);
        Assert.False(Open(cipher, packets[1][..82], plain));
        Assert.Equal(new byte[60], plain);
        Assert.Equal(Sha1Lanes.IsNarrowSupported ? 2 : 0, batch.ForecastsTaken);
    }

    private static bool Open(CmSha1Cipher cipher, ReadOnlySpan<byte> packet, Span<byte> plain) =>
        cipher.Open(Ssrc, 7, packet[..12], new byte[4], packet[12..72], plain, packet[72..]);

    private static byte[] Seal(byte[] plain)
    {
        using EvpCmSha1Cipher cipher = Cipher(null);
        byte[] packet = new byte[plain.Length + 10];
        plain.AsSpan(0, 12).CopyTo(packet);
        Span<byte> body = packet.AsSpan(12, plain.Length - 12);
        cipher.Seal(Ssrc, 7, plain.AsSpan(0, 12), new byte[4], default, plain.AsSpan(12), body, packet.AsSpan(plain.Length));
        return packet;
    }

    private static EvpCmSha1Cipher Cipher(SrtpBatch? batch) =>
        new(Hex(Key128), new byte[20], MasterSalt(SrtpProfile.Aes128CmSha1_80), batch);
}
