using System.Buffers.Binary;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Xunit;

namespace Relay.Core.Tests.Stun;

public class StunMessageReaderTests
{
    [Fact]
    public void The_sample_request_of_rfc_5769_section_2_1_is_read()
    {
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(Rfc5769Vectors.Request, out StunMessageReader message));

        Assert.Equal(StunClass.Request, message.Class);
        Assert.Equal(StunMethod.Binding, message.Method);
        Assert.Equal(Rfc5769Vectors.TransactionId, message.TransactionId.ToArray());
        Assert.True(message.Username.SequenceEqual(Rfc5769Vectors.Username));
        Assert.True(message.TryGetPriority(out uint priority));
        Assert.Equal(Rfc5769Vectors.Priority, priority);
        Assert.True(message.TryGetIceControlled(out ulong tieBreaker));
        Assert.Equal(Rfc5769Vectors.TieBreaker, tieBreaker);
        Assert.False(message.TryGetIceControlling(out _));
        Assert.False(message.HasUseCandidate);
        Assert.True(message.HasFingerprint);
        Assert.True(message.HasIntegrity);
        Assert.True(message.VerifyIntegrity(Rfc5769Vectors.Password));
        Assert.False(message.VerifyIntegrity("VOkJxbRl1RmTxUk/WvJxBu"u8));
        Assert.False(message.VerifyIntegrity(default));
    }

    [Fact]
    public void The_sample_responses_of_rfc_5769_sections_2_2_and_2_3_are_read()
    {
        AssertResponse(Rfc5769Vectors.IPv4Response, Rfc5769Vectors.IPv4Mapped);
        AssertResponse(Rfc5769Vectors.IPv6Response, Rfc5769Vectors.IPv6Mapped);
    }

    [Theory]
    [InlineData(0x0001, StunClass.Request, 0x001)]
    [InlineData(0x0011, StunClass.Indication, 0x001)]
    [InlineData(0x0101, StunClass.SuccessResponse, 0x001)]
    [InlineData(0x0111, StunClass.ErrorResponse, 0x001)]
    [InlineData(0x0113, StunClass.ErrorResponse, 0x003)]
    [InlineData(0x3EEF, StunClass.Request, 0xFFF)]
    [InlineData(0x3FFF, StunClass.ErrorResponse, 0xFFF)]
    public void Class_and_method_bits_are_untangled(int type, StunClass expectedClass, int expectedMethod)
    {
        byte[] datagram = Header();
        BinaryPrimitives.WriteUInt16BigEndian(datagram, (ushort)type);

        Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out StunMessageReader message));
        Assert.Equal(expectedClass, message.Class);
        Assert.Equal(expectedMethod, (int)message.Method);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (int length = 0; length < Rfc5769Vectors.Request.Length; length++)
        {
            Assert.Equal(DropReason.StunTruncated, StunMessageReader.TryParse(Rfc5769Vectors.Request.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void Every_truncation_with_a_length_field_that_fits_is_read_safely()
    {
        for (int length = 20; length < Rfc5769Vectors.Request.Length; length++)
        {
            byte[] datagram = Rfc5769Vectors.Request[..length];
            BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), (ushort)(length - 20));
            DropReason reason = StunMessageReader.TryParse(datagram, out StunMessageReader message);
            if (length % 4 != 0)
            {
                Assert.Equal(DropReason.StunMalformed, reason);
            }

            if (reason == DropReason.None)
            {
                ReadEverything(message);
            }
        }
    }

    [Fact]
    public void Trailing_bytes_are_refused() =>
        Assert.Equal(DropReason.StunMalformed, StunMessageReader.TryParse([.. Rfc5769Vectors.Request, 0, 0, 0, 0], out _));

    [Fact]
    public void A_wrong_cookie_is_refused()
    {
        byte[] datagram = Header();
        datagram[7] ^= 1;
        Assert.Equal(DropReason.StunBadCookie, StunMessageReader.TryParse(datagram, out _));
    }

    [Fact]
    public void A_first_byte_of_another_protocol_is_refused()
    {
        byte[] datagram = Header();
        datagram[0] = 0x40;
        Assert.Equal(DropReason.StunMalformed, StunMessageReader.TryParse(datagram, out _));
        for (int first = 0; first < 256; first++)
        {
            Assert.Equal(first <= 3, StunMessageReader.LooksLikeStun([(byte)first]));
        }

        Assert.False(StunMessageReader.LooksLikeStun(default));
        Assert.True(StunMessageReader.LooksLikeStun(Header()));
    }

    [Fact]
    public void A_changed_bit_anywhere_breaks_the_fingerprint_or_the_form()
    {
        for (int bit = 0; bit < Rfc5769Vectors.Request.Length * 8; bit++)
        {
            byte[] datagram = [.. Rfc5769Vectors.Request];
            datagram[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            DropReason reason = StunMessageReader.TryParse(datagram, out StunMessageReader message);

            // Only a changed type of the FINGERPRINT attribute itself leaves a message, one without a fingerprint.
            Assert.True(reason != DropReason.None || !message.HasFingerprint, $"bit {bit}");
        }
    }

    [Fact]
    public void A_fingerprint_that_is_not_last_is_refused()
    {
        byte[] datagram = Build((ref StunMessageWriter writer) =>
        {
            writer.AddFingerprint();
            writer.AddPriority(1);
        });
        Assert.Equal(DropReason.StunMalformed, StunMessageReader.TryParse(datagram, out _));
    }

    [Fact]
    public void What_follows_integrity_is_ignored()
    {
        byte[] datagram = Build((ref StunMessageWriter writer) =>
        {
            writer.AddPriority(7);
            writer.AddMessageIntegrity("key"u8);
            writer.AddUseCandidate();
            writer.AddUsername("late"u8);
            writer.AddMessageIntegrity("other"u8);
            writer.AddAttribute(0x7FFF, default);
            writer.AddFingerprint();
        });

        Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out StunMessageReader message));
        Assert.False(message.HasUseCandidate);
        Assert.True(message.Username.IsEmpty);
        Assert.True(message.TryGetPriority(out _));
        Assert.True(message.HasFingerprint);
        Assert.True(message.VerifyIntegrity("key"u8));
        Assert.False(message.VerifyIntegrity("other"u8));
        Assert.Equal(0, message.CollectUnknownRequired([StunAttributeType.Priority], new ushort[4]));
    }

    [Fact]
    public void The_first_of_two_equal_attributes_counts()
    {
        byte[] datagram = Build((ref StunMessageWriter writer) =>
        {
            writer.AddPriority(1);
            writer.AddPriority(2);
        });
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out StunMessageReader message));
        Assert.True(message.TryGetPriority(out uint priority));
        Assert.Equal(1u, priority);
    }

    [Fact]
    public void Integrity_of_the_wrong_size_is_refused()
    {
        byte[] datagram = Build((ref StunMessageWriter writer) =>
            writer.AddAttribute(StunAttributeType.MessageIntegrity, new byte[16]));
        Assert.Equal(DropReason.StunMalformed, StunMessageReader.TryParse(datagram, out _));
    }

    [Fact]
    public void An_attribute_longer_than_the_message_is_refused()
    {
        foreach (int length in new[] { 5, 8, 0xFFFC, 0xFFFD, 0xFFFF })
        {
            byte[] datagram = Build((ref StunMessageWriter writer) => writer.AddPriority(1));
            BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(22), (ushort)length);
            Assert.Equal(DropReason.StunMalformed, StunMessageReader.TryParse(datagram, out _));
        }
    }

    [Theory]
    [InlineData(StunMessageReader.MaxAttributes, DropReason.None)]
    [InlineData(StunMessageReader.MaxAttributes + 1, DropReason.StunMalformed)]
    public void The_number_of_attributes_is_limited(int count, DropReason expected)
    {
        byte[] datagram = Build((ref StunMessageWriter writer) =>
        {
            for (int i = 0; i < count; i++)
            {
                writer.AddAttribute(0x9000, default);
            }
        });
        Assert.Equal(expected, StunMessageReader.TryParse(datagram, out _));
    }

    [Theory]
    [InlineData(StunMessageReader.MaxMessageBytes, DropReason.None)]
    [InlineData(StunMessageReader.MaxMessageBytes + 4, DropReason.StunMalformed)]
    public void The_size_is_limited(int bytes, DropReason expected)
    {
        byte[] datagram = Build((ref StunMessageWriter writer) =>
        {
            writer.AddAttribute(0x9000, new byte[bytes - 20 - 4 - 24]);
            writer.AddMessageIntegrity("key"u8);
        });
        Assert.Equal(bytes, datagram.Length);
        Assert.Equal(expected, StunMessageReader.TryParse(datagram, out StunMessageReader message));
        Assert.Equal(expected == DropReason.None, message.VerifyIntegrity("key"u8));
    }

    [Fact]
    public void Unknown_required_attributes_are_collected_once_each_and_bounded()
    {
        byte[] datagram = Build((ref StunMessageWriter writer) =>
        {
            writer.AddUsername("u"u8);
            writer.AddAttribute(0x0030, "x"u8);
            writer.AddAttribute(0x0030, default);
            writer.AddAttribute(0x8030, default);
            writer.AddPriority(1);
            writer.AddAttribute(0x7FFF, default);
            writer.AddAttribute(0x0031, default);
        });
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out StunMessageReader message));
        ushort[] unknown = new ushort[8];
        Assert.Equal(3, message.CollectUnknownRequired([StunAttributeType.Priority], unknown));
        Assert.Equal([0x0030, 0x7FFF, 0x0031], unknown[..3]);
        Assert.Equal(2, message.CollectUnknownRequired([StunAttributeType.Priority], unknown.AsSpan(0, 2)));
    }

    [Fact]
    public void Numbers_of_the_wrong_size_are_absent()
    {
        byte[] datagram = Build((ref StunMessageWriter writer) =>
        {
            writer.AddAttribute(StunAttributeType.Priority, new byte[3]);
            writer.AddAttribute(StunAttributeType.IceControlling, new byte[9]);
            writer.AddAttribute(StunAttributeType.IceControlled, default);
            writer.AddAttribute(StunAttributeType.ErrorCode, new byte[3]);
            writer.AddAttribute(StunAttributeType.XorMappedAddress, new byte[3]);
        });
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out StunMessageReader message));
        Assert.False(message.TryGetPriority(out _));
        Assert.False(message.TryGetIceControlling(out _));
        Assert.False(message.TryGetIceControlled(out _));
        Assert.False(message.TryGetErrorCode(out _));
        Assert.False(message.TryGetXorMappedAddress(out _));
    }

    [Theory]
    [InlineData(3, 0, true)]
    [InlineData(6, 99, true)]
    [InlineData(6, 100, false)]
    [InlineData(2, 99, false)]
    [InlineData(7, 0, false)]
    public void An_error_code_out_of_range_is_absent(byte hundreds, byte number, bool expected)
    {
        byte[] datagram = Build((ref StunMessageWriter writer) =>
            writer.AddAttribute(StunAttributeType.ErrorCode, [0, 0, hundreds, number]));
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out StunMessageReader message));
        Assert.Equal(expected, message.TryGetErrorCode(out _));
    }

    [Fact]
    public void Mutated_messages_never_throw()
    {
        var random = new Random(5769);
        byte[][] seeds = [Rfc5769Vectors.Request, Rfc5769Vectors.IPv4Response, Rfc5769Vectors.IPv6Response];
        int parsed = 0;
        for (int round = 0; round < 200_000; round++)
        {
            byte[] datagram = [.. seeds[round % seeds.Length]];
            if ((round & 1) == 0)
            {
                // Without its fingerprint a mutated message gets past the sum.
                datagram[^8] = 0x90;
            }

            for (int change = random.Next(1, 5); change > 0; change--)
            {
                int lengthByte = 20 + (random.Next((datagram.Length - 20) / 4) * 4) + 3;
                int at = random.Next(3) == 0 ? random.Next(datagram.Length) : lengthByte;
                datagram[at] = (byte)random.Next(256);
            }

            if (StunMessageReader.TryParse(datagram, out StunMessageReader message) == DropReason.None)
            {
                parsed++;
                ReadEverything(message);
            }
        }

        Assert.InRange(parsed, 1000, 199_000);
    }

    [Fact]
    public void Random_bytes_behind_a_header_never_throw()
    {
        var random = new Random(8489);
        for (int round = 0; round < 50_000; round++)
        {
            byte[] datagram = new byte[20 + (random.Next(40) * 4)];
            random.NextBytes(datagram);
            Header().AsSpan(0, 8).CopyTo(datagram);
            BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), (ushort)(datagram.Length - 20));
            for (int at = 22; at < datagram.Length; at += 4)
            {
                datagram[at] = 0;
                datagram[at + 1] &= 15;
            }

            if (StunMessageReader.TryParse(datagram, out StunMessageReader message) == DropReason.None)
            {
                ReadEverything(message);
            }
        }
    }

    [Fact]
    public void Reading_and_verifying_allocates_nothing()
    {
        ParseAndVerify(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int verified = ParseAndVerify(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1000, verified);
    }

    private delegate void Fill(ref StunMessageWriter writer);

    private static int ParseAndVerify(int rounds)
    {
        int verified = 0;
        for (int i = 0; i < rounds; i++)
        {
            if (StunMessageReader.TryParse(Rfc5769Vectors.Request, out StunMessageReader message) == DropReason.None
                && message.VerifyIntegrity(Rfc5769Vectors.Password))
            {
                verified++;
            }
        }

        return verified;
    }

    private static byte[] Header() => Build((ref StunMessageWriter _) => { });

    private static byte[] Build(Fill fill)
    {
        byte[] buffer = new byte[4096];
        var writer = new StunMessageWriter(buffer);
        Assert.True(writer.WriteHeader(StunClass.Request, StunMethod.Binding, Rfc5769Vectors.TransactionId));
        fill(ref writer);
        return buffer[..writer.Length];
    }

    private static void AssertResponse(byte[] datagram, TransportAddress expected)
    {
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out StunMessageReader message));
        Assert.Equal(StunClass.SuccessResponse, message.Class);
        Assert.Equal(StunMethod.Binding, message.Method);
        Assert.True(message.TryGetAttribute(StunAttributeType.Software, out ReadOnlySpan<byte> software));
        Assert.True(software.SequenceEqual("test vector"u8));
        Assert.True(message.TryGetXorMappedAddress(out TransportAddress mapped));
        Assert.Equal(expected, mapped);
        Assert.True(message.HasFingerprint);
        Assert.True(message.VerifyIntegrity(Rfc5769Vectors.Password));
    }

    private static void ReadEverything(StunMessageReader message)
    {
        _ = message.Class;
        _ = message.Method;
        _ = message.TransactionId.Length + message.Username.Length;
        _ = message.HasUseCandidate;
        message.TryGetPriority(out _);
        message.TryGetNomination(out _);
        message.TryGetIceControlled(out _);
        message.TryGetIceControlling(out _);
        message.TryGetXorMappedAddress(out _);
        message.TryGetErrorCode(out _);
        message.CollectUnknownRequired(default, new ushort[3]);
        message.VerifyIntegrity(Rfc5769Vectors.Password);
    }
}
