using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Xunit;

namespace Relay.Core.Tests.Rtp;

public class RtxPayloadTests
{
    [Fact]
    public void Original_number_and_payload_are_read()
    {
        DropReason reason = RtxPayload.TryRead([0xFF, 0xFE, 1, 2, 3], out ushort number, out ReadOnlySpan<byte> original);
        Assert.Equal(DropReason.None, reason);
        Assert.Equal(0xFFFE, number);
        Assert.Equal([1, 2, 3], original.ToArray());
    }

    [Fact]
    public void An_original_without_payload_still_names_its_number()
    {
        Assert.Equal(DropReason.None, RtxPayload.TryRead([0, 9], out ushort number, out ReadOnlySpan<byte> original));
        Assert.Equal(9, number);
        Assert.True(original.IsEmpty);
    }

    [Fact]
    public void A_padding_probe_is_empty_and_half_a_number_is_truncated()
    {
        Assert.Equal(DropReason.RtxEmpty, RtxPayload.TryRead([], out _, out _));
        Assert.Equal(DropReason.PayloadTruncated, RtxPayload.TryRead([1], out _, out _));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        byte[] buffer = [0, 0, 42];
        Assert.Equal(RtxPayload.HeaderLength, RtxPayload.WriteOriginalSequenceNumber(buffer, 0x1234));
        Assert.Equal(DropReason.None, RtxPayload.TryRead(buffer, out ushort number, out ReadOnlySpan<byte> original));
        Assert.Equal(0x1234, number);
        Assert.Equal([42], original.ToArray());
    }
}
