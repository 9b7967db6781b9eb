using System.Buffers.Binary;
using System.Security.Cryptography;
using Relay.Core.Diagnostics;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Stun;

/// <summary>Both integrity attributes, alone and together, read and written.</summary>
public class StunMessageIntegrityTests
{
    [Fact]
    public void The_sample_request_of_rfc_8489_appendix_b_1_is_read()
    {
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(Rfc8489Vectors.Request, out StunMessageReader message));

        Assert.True(message.HasIntegritySha256);
        Assert.False(message.HasIntegrity);
        Assert.True(message.TryGetAttribute(StunAttributeType.UserHash, out ReadOnlySpan<byte> hash));
        Assert.True(hash.SequenceEqual(Rfc8489Vectors.UserHash));
        Assert.True(message.TryGetAttribute(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce));
        Assert.True(nonce.SequenceEqual(Rfc8489Vectors.Nonce));
        Assert.True(message.VerifyIntegritySha256(SampleKey()));
        Assert.False(message.VerifyIntegritySha256(SampleKey().AsSpan(0, 31)));
        Assert.False(message.VerifyIntegrity(SampleKey()));
    }

    [Fact]
    public void The_sample_request_of_rfc_8489_appendix_b_1_is_written()
    {
        byte[] buffer = new byte[Rfc8489Vectors.Request.Length];
        buffer.AsSpan().Fill(0xFF);
        var writer = new StunMessageWriter(buffer);
        Assert.True(writer.WriteHeader(StunClass.Request, StunMethod.Binding, Rfc8489Vectors.TransactionId));
        Assert.True(writer.AddAttribute(StunAttributeType.UserHash, Rfc8489Vectors.UserHash));
        Assert.True(writer.AddAttribute(StunAttributeType.Nonce, Rfc8489Vectors.Nonce));
        Assert.True(writer.AddAttribute(StunAttributeType.Realm, "example.org"u8));
        Assert.True(writer.AddAttribute(StunAttributeType.PasswordAlgorithm, [0, 2, 0, 0]));
        Assert.True(writer.AddMessageIntegritySha256(SampleKey()));

        Assert.Equal(Rfc8489Vectors.Request, buffer[..writer.Length]);
    }

    [Fact]
    public void Every_changed_bit_breaks_the_sum_or_the_form()
    {
        byte[] key = SampleKey();
        for (int bit = 0; bit < Rfc8489Vectors.Request.Length * 8; bit++)
        {
            byte[] datagram = [.. Rfc8489Vectors.Request];
            datagram[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            DropReason reason = StunMessageReader.TryParse(datagram, out StunMessageReader message);
            Assert.True(reason != DropReason.None || !message.VerifyIntegritySha256(key), $"bit {bit}");
        }
    }

    [Fact]
    public void No_truncation_is_signed()
    {
        byte[] key = SampleKey();
        for (int length = 0; length < Rfc8489Vectors.Request.Length; length++)
        {
            byte[] datagram = Rfc8489Vectors.Request[..length];
            Assert.Equal(DropReason.StunTruncated, StunMessageReader.TryParse(datagram, out _));
            if (length >= 20)
            {
                BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), (ushort)(length - 20));
                StunMessageReader.TryParse(datagram, out StunMessageReader message);
                Assert.False(message.VerifyIntegritySha256(key));
            }
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(12, false)]
    [InlineData(15, false)]
    [InlineData(16, true)]
    [InlineData(18, false)]
    [InlineData(20, true)]
    [InlineData(28, true)]
    [InlineData(32, true)]
    [InlineData(36, false)]
    public void A_sum_may_be_cut_to_16_bytes_and_no_further(int bytes, bool expected)
    {
        byte[] datagram = CutSum(bytes, out byte[] key);

        DropReason reason = StunMessageReader.TryParse(datagram, out StunMessageReader message);

        Assert.Equal(expected ? DropReason.None : DropReason.StunMalformed, reason);
        Assert.Equal(expected, message.VerifyIntegritySha256(key));
        if (expected)
        {
            datagram[^1] ^= 1;
            Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out message));
            Assert.False(message.VerifyIntegritySha256(key));
        }
    }

    [Fact]
    public void Both_sums_and_a_fingerprint_each_cover_what_is_before_them()
    {
        byte[] datagram = Build((ref StunMessageWriter writer) =>
        {
            writer.AddPriority(7);
            writer.AddMessageIntegrity("one"u8);
            writer.AddMessageIntegritySha256("two"u8);
            writer.AddFingerprint();
        });

        Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out StunMessageReader message));
        Assert.True(message.HasIntegrity && message.HasIntegritySha256 && message.HasFingerprint);
        Assert.True(message.VerifyIntegrity("one"u8));
        Assert.True(message.VerifyIntegritySha256("two"u8));
        Assert.False(message.VerifyIntegrity("two"u8));
        Assert.False(message.VerifyIntegritySha256("one"u8));
        Assert.Equal(0, message.CollectUnknownRequired([StunAttributeType.Priority], new ushort[4]));
    }

    [Fact]
    public void What_stands_between_or_behind_the_sums_is_ignored()
    {
        byte[] datagram = Build((ref StunMessageWriter writer) =>
        {
            writer.AddMessageIntegrity("key"u8);
            writer.AddUsername("between"u8);
            writer.AddMessageIntegritySha256("key"u8);
            writer.AddPriority(1);
            writer.AddMessageIntegritySha256("other"u8);
            writer.AddFingerprint();
        });

        Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out StunMessageReader message));
        Assert.True(message.Username.IsEmpty);
        Assert.False(message.TryGetPriority(out _));
        Assert.True(message.VerifyIntegrity("key"u8));
        Assert.True(message.VerifyIntegritySha256("key"u8));
        Assert.Equal(0, message.CollectUnknownRequired(default, new ushort[4]));
    }

    [Fact]
    public void A_sha1_sum_behind_a_sha256_sum_does_not_count()
    {
        byte[] datagram = Build((ref StunMessageWriter writer) =>
        {
            writer.AddMessageIntegritySha256("key"u8);
            writer.AddMessageIntegrity("key"u8);
            writer.AddUsername("late"u8);
        });

        Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out StunMessageReader message));
        Assert.False(message.HasIntegrity);
        Assert.False(message.VerifyIntegrity("key"u8));
        Assert.True(message.VerifyIntegritySha256("key"u8));
        Assert.True(message.Username.IsEmpty);
    }

    [Fact]
    public void Mutated_messages_never_throw()
    {
        var random = new Random(8489);
        byte[][] seeds = [Rfc8489Vectors.Request, Rfc5769Vectors.LongTermRequest, CutSum(20, out byte[] key)];
        int parsed = 0;
        for (int round = 0; round < 100_000; round++)
        {
            byte[] datagram = [.. seeds[round % seeds.Length]];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                datagram[random.Next(20, datagram.Length)] = (byte)random.Next(256);
            }

            if (StunMessageReader.TryParse(datagram, out StunMessageReader message) == DropReason.None)
            {
                parsed++;
                Assert.False(message.VerifyIntegrity(key));
                message.VerifyIntegritySha256(key);
                int position = 0;
                while (message.TryGetNextAttribute(StunAttributeType.Realm, ref position, out _))
                {
                }

                message.TryGetAddress(StunAttributeType.Nonce, out _);
                message.TryGetUInt32(StunAttributeType.Realm, out _);
                message.TryGetUInt64(StunAttributeType.Realm, out _);
            }
        }

        Assert.InRange(parsed, 1000, 99_000);
    }

    [Fact]
    public void Verifying_and_writing_allocates_nothing()
    {
        byte[] key = SampleKey();
        byte[] buffer = new byte[256];
        Work(key, buffer, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int verified = Work(key, buffer, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1000, verified);
    }

    private delegate void Fill(ref StunMessageWriter writer);

    private static int Work(byte[] key, byte[] buffer, int rounds)
    {
        int verified = 0;
        for (int i = 0; i < rounds; i++)
        {
            var writer = new StunMessageWriter(buffer);
            writer.WriteHeader(StunClass.Request, StunMethod.Refresh, Rfc8489Vectors.TransactionId);
            writer.AddUInt32(StunAttributeType.Lifetime, 600);
            writer.AddAddress(StunAttributeType.AlternateServer, Rfc5769Vectors.IPv6Mapped);
            writer.AddMessageIntegritySha256(key);
            DropReason reason = StunMessageReader.TryParse(buffer.AsSpan(0, writer.Length), out StunMessageReader message);
            bool isRead = reason == DropReason.None
                && message.TryGetAddress(StunAttributeType.AlternateServer, out _);
            verified += isRead && message.VerifyIntegritySha256(key) ? 1 : 0;
        }

        return verified;
    }

    private static byte[] SampleKey()
    {
        byte[] key = new byte[32];
        byte[] name = System.Text.Encoding.UTF8.GetBytes(Rfc8489Vectors.Username);
        Assert.Equal(32, LongTermKey.Write(PasswordAlgorithm.Sha256, name, "example.org"u8, "TheMatrIX"u8, key));
        return key;
    }

    /// <summary>A message whose sum has this many bytes, computed as RFC 8489 section 14.6 says.</summary>
    private static byte[] CutSum(int bytes, out byte[] key)
    {
        key = "0123456789abcdef"u8.ToArray();
        byte[] datagram = Build((ref StunMessageWriter writer) =>
        {
            writer.AddUsername("user"u8);
            writer.AddAttribute(StunAttributeType.MessageIntegritySha256, new byte[bytes]);
        });
        byte[] sum = new byte[64];
        HMACSHA256.HashData(key, datagram.AsSpan(0, 28), sum);
        sum.AsSpan(0, bytes).CopyTo(datagram.AsSpan(32));
        return datagram;
    }

    private static byte[] Build(Fill fill)
    {
        byte[] buffer = new byte[512];
        var writer = new StunMessageWriter(buffer);
        Assert.True(writer.WriteHeader(StunClass.Request, StunMethod.Allocate, Rfc8489Vectors.TransactionId));
        fill(ref writer);
        Assert.Equal(writer.Length - 20, BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(2)));
        return buffer[..writer.Length];
    }
}
