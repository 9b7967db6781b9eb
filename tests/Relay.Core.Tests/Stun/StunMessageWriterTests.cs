using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Xunit;

namespace Relay.Core.Tests.Stun;

public class StunMessageWriterTests
{
    [Fact]
    public void The_sample_request_of_rfc_5769_section_2_1_is_written()
    {
        byte[] buffer = new byte[Rfc5769Vectors.Request.Length];
        var writer = new StunMessageWriter(buffer);
        Assert.True(writer.WriteHeader(StunClass.Request, StunMethod.Binding, Rfc5769Vectors.TransactionId));
        Assert.True(writer.AddAttribute(StunAttributeType.Software, "STUN test client"u8));
        Assert.True(writer.AddPriority(Rfc5769Vectors.Priority));
        Assert.True(writer.AddIceControlled(Rfc5769Vectors.TieBreaker));
        Assert.True(writer.AddUsername(Rfc5769Vectors.Username));
        Assert.Equal([0, 0, 0], buffer[(writer.Length - 3)..writer.Length]);
        buffer.AsSpan(writer.Length - 3, 3).Fill(Rfc5769Vectors.PaddingByte);
        Assert.True(writer.AddMessageIntegrity(Rfc5769Vectors.Password));
        Assert.True(writer.AddFingerprint());

        Assert.Equal(Rfc5769Vectors.Request, buffer[..writer.Length]);
    }

    [Fact]
    public void The_sample_responses_of_rfc_5769_sections_2_2_and_2_3_are_written()
    {
        AssertWrites(Rfc5769Vectors.IPv4Mapped, Rfc5769Vectors.IPv4Response);
        AssertWrites(Rfc5769Vectors.IPv6Mapped, Rfc5769Vectors.IPv6Response);
    }

    [Fact]
    public void Every_class_and_method_comes_back()
    {
        byte[] buffer = new byte[20];
        for (int method = 0; method <= 0xFFF; method++)
        {
            for (int c = 0; c < 4; c++)
            {
                var writer = new StunMessageWriter(buffer);
                Assert.True(writer.WriteHeader((StunClass)c, (StunMethod)method, Rfc5769Vectors.TransactionId));
                Assert.Equal(DropReason.None, StunMessageReader.TryParse(buffer, out StunMessageReader message));
                Assert.Equal(c, (int)message.Class);
                Assert.Equal(method, (int)message.Method);
            }
        }
    }

    [Fact]
    public void Everything_written_comes_back_and_padding_is_zero_even_in_a_dirty_buffer()
    {
        byte[] buffer = new byte[512];
        buffer.AsSpan().Fill(0xFF);
        var writer = new StunMessageWriter(buffer);
        Assert.True(writer.WriteHeader(StunClass.ErrorResponse, StunMethod.Binding, Rfc5769Vectors.TransactionId));
        Assert.True(writer.AddErrorCode(487, "Role Conflict"u8));
        Assert.True(writer.AddUnknownAttributes([0x1234, 0x0031, 0x7FFF]));
        Assert.True(writer.AddUseCandidate());
        Assert.True(writer.AddIceControlling(3));
        Assert.True(writer.AddNomination(9));
        Assert.True(writer.AddUsername("a"u8));

        Assert.Equal([0, 0, 0], buffer[(writer.Length - 3)..writer.Length]);
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(buffer.AsSpan(0, writer.Length), out StunMessageReader message));
        Assert.True(message.TryGetErrorCode(out int code));
        Assert.Equal(487, code);
        Assert.True(message.TryGetAttribute(StunAttributeType.ErrorCode, out ReadOnlySpan<byte> error));
        Assert.Equal("\0\0\u0004\u0057Role Conflict"u8.ToArray(), error.ToArray());
        Assert.True(message.TryGetAttribute(StunAttributeType.UnknownAttributes, out ReadOnlySpan<byte> unknown));
        Assert.Equal([0x12, 0x34, 0x00, 0x31, 0x7F, 0xFF], unknown.ToArray());
        Assert.True(message.HasUseCandidate);
        Assert.True(message.TryGetIceControlling(out ulong tieBreaker));
        Assert.Equal(3ul, tieBreaker);
        Assert.True(message.TryGetNomination(out uint nomination));
        Assert.Equal(9u, nomination);
    }

    [Fact]
    public void The_attributes_of_turn_come_back()
    {
        byte[] buffer = new byte[512];
        buffer.AsSpan().Fill(0xFF);
        var writer = new StunMessageWriter(buffer);
        Assert.True(writer.WriteHeader(StunClass.SuccessResponse, StunMethod.Allocate, Rfc5769Vectors.TransactionId));
        Assert.True(writer.AddUInt32(StunAttributeType.Lifetime, 600));
        Assert.True(writer.AddUInt64(StunAttributeType.ReservationToken, 0x0123456789ABCDEF));
        Assert.True(writer.AddXorAddress(StunAttributeType.XorPeerAddress, Rfc5769Vectors.IPv4Mapped));
        Assert.True(writer.AddXorAddress(StunAttributeType.XorPeerAddress, Rfc5769Vectors.IPv6Mapped));
        Assert.True(writer.AddAddress(StunAttributeType.AlternateServer, Rfc5769Vectors.IPv4Mapped));
        Assert.True(writer.AddAddressErrorCode(StunAddressFamily.IPv6, StunErrorCode.AddressFamilyNotSupported));
        Assert.True(writer.AddErrorCode(StunErrorCode.InsufficientCapacity));

        Assert.Equal(DropReason.None, StunMessageReader.TryParse(buffer.AsSpan(0, writer.Length), out StunMessageReader message));
        Assert.True(message.TryGetUInt32(StunAttributeType.Lifetime, out uint lifetime));
        Assert.Equal(600u, lifetime);
        Assert.False(message.TryGetUInt32(StunAttributeType.ReservationToken, out _));
        Assert.True(message.TryGetUInt64(StunAttributeType.ReservationToken, out ulong token));
        Assert.Equal(0x0123456789ABCDEFul, token);
        Assert.True(message.TryGetAddress(StunAttributeType.AlternateServer, out TransportAddress alternate));
        Assert.Equal(Rfc5769Vectors.IPv4Mapped, alternate);
        Assert.False(message.TryGetAddress(StunAttributeType.OtherAddress, out _));
        Assert.True(message.TryGetAttribute(StunAttributeType.AddressErrorCode, out ReadOnlySpan<byte> family));
        Assert.Equal([2, 0, 4, 40], family.ToArray());
        Assert.True(message.TryGetAttribute(StunAttributeType.ErrorCode, out ReadOnlySpan<byte> error));
        Assert.Equal([0, 0, 5, 8], error.ToArray());

        int position = 0;
        Assert.True(message.TryGetNextAttribute(StunAttributeType.XorPeerAddress, ref position, out ReadOnlySpan<byte> first));
        Assert.True(message.TryGetNextAttribute(StunAttributeType.XorPeerAddress, ref position, out ReadOnlySpan<byte> second));
        Assert.False(message.TryGetNextAttribute(StunAttributeType.XorPeerAddress, ref position, out _));
        Assert.False(message.TryGetNextAttribute(StunAttributeType.XorPeerAddress, ref position, out _));
        Assert.Equal(8, first.Length);
        Assert.True(StunXorAddress.TryRead(second, message.TransactionId, out TransportAddress peer));
        Assert.Equal(Rfc5769Vectors.IPv6Mapped, peer);
    }

    [Fact]
    public void A_reserved_attribute_leaves_a_payload_in_place()
    {
        byte[] buffer = new byte[64];
        buffer.AsSpan().Fill(0xFF);
        "hello"u8.CopyTo(buffer.AsSpan(36));
        var writer = new StunMessageWriter(buffer);
        Assert.True(writer.WriteHeader(StunClass.Indication, StunMethod.Data, Rfc5769Vectors.TransactionId));
        Assert.True(writer.AddXorAddress(StunAttributeType.XorPeerAddress, Rfc5769Vectors.IPv4Mapped));
        Assert.True(writer.ReserveAttribute(StunAttributeType.Data, 5, out Span<byte> value));

        Assert.True(value.SequenceEqual("hello"u8));
        Assert.Equal(44, writer.Length);
        Assert.Equal([0, 0, 0, 0xFF], buffer[41..45]);
        Assert.False(writer.ReserveAttribute(StunAttributeType.Data, 17, out _));
    }

    [Fact]
    public void A_short_buffer_is_told_at_every_length_and_keeps_a_valid_message()
    {
        for (int size = 0; size < Rfc5769Vectors.IPv6Response.Length; size++)
        {
            byte[] buffer = new byte[size];
            var writer = new StunMessageWriter(buffer);
            bool complete = writer.WriteHeader(StunClass.SuccessResponse, StunMethod.Binding, Rfc5769Vectors.TransactionId)
                && writer.AddAttribute(StunAttributeType.Software, "test vector"u8)
                && writer.AddXorMappedAddress(Rfc5769Vectors.IPv6Mapped)
                && writer.AddMessageIntegrity(Rfc5769Vectors.Password)
                && writer.AddFingerprint();

            Assert.False(complete);
            Assert.True(writer.Length <= size);
            DropReason expected = size < 20 ? DropReason.StunTruncated : DropReason.None;
            Assert.Equal(expected, StunMessageReader.TryParse(buffer.AsSpan(0, writer.Length), out _));
        }
    }

    [Fact]
    public void An_attribute_without_a_header_is_our_bug() =>
        Assert.Throws<InvalidOperationException>(() => new StunMessageWriter(new byte[64]).AddPriority(1));

    [Theory]
    [InlineData(299)]
    [InlineData(700)]
    public void An_error_code_out_of_range_is_our_bug(int code) =>
        Assert.Throws<InvalidOperationException>(() =>
        {
            var writer = new StunMessageWriter(new byte[64]);
            writer.WriteHeader(StunClass.ErrorResponse, StunMethod.Binding, Rfc5769Vectors.TransactionId);
            writer.AddErrorCode(code, default);
        });

    [Fact]
    public void Writing_allocates_nothing()
    {
        byte[] buffer = new byte[128];
        WriteResponses(buffer, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int bytes = WriteResponses(buffer, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1000 * 76, bytes);
    }

    private static int WriteResponses(byte[] buffer, int rounds)
    {
        int bytes = 0;
        for (int i = 0; i < rounds; i++)
        {
            var writer = new StunMessageWriter(buffer);
            writer.WriteHeader(StunClass.SuccessResponse, StunMethod.Binding, Rfc5769Vectors.TransactionId);
            writer.AddXorMappedAddress(Rfc5769Vectors.IPv6Mapped);
            writer.AddMessageIntegrity(Rfc5769Vectors.Password);
            writer.AddFingerprint();
            bytes += writer.Length;
        }

        return bytes;
    }

    private static void AssertWrites(TransportAddress mapped, byte[] expected)
    {
        byte[] buffer = new byte[expected.Length];
        var writer = new StunMessageWriter(buffer);
        Assert.True(writer.WriteHeader(StunClass.SuccessResponse, StunMethod.Binding, Rfc5769Vectors.TransactionId));
        Assert.True(writer.AddAttribute(StunAttributeType.Software, "test vector"u8));
        buffer[writer.Length - 1] = Rfc5769Vectors.PaddingByte;
        Assert.True(writer.AddXorMappedAddress(mapped));
        Assert.True(writer.AddMessageIntegrity(Rfc5769Vectors.Password));
        Assert.True(writer.AddFingerprint());
        Assert.Equal(expected, buffer);
    }
}
