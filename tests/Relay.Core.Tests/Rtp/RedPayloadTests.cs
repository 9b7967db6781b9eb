using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Xunit;

namespace Relay.Core.Tests.Rtp;

public sealed class RedPayloadTests
{
    // Two copies of 3 and 2 bytes, 960 and 480 units old, and 4 bytes of now.
    private static readonly byte[] Payload =
    [
        0x80 | 111, 0x0f, 0x00, 3,
        0x80 | 111, 0x07, 0x80, 2,
        111,
        1, 1, 1, 2, 2, 3, 3, 3, 3,
    ];

    [Fact]
    public void The_newest_block_is_what_the_copies_leave()
    {
        Assert.Equal(DropReason.None, RedPayload.TryRead(Payload, 111, out RedPayload layout));
        Assert.Equal(new RedPayload(9, 14), layout);
        Assert.Equal(DropReason.None, RedPayload.TryRead([111, 7], 111, out layout));
        Assert.Equal(new RedPayload(1, 1), layout);
    }

    [Fact]
    public void A_length_takes_ten_bits()
    {
        byte[] payload = new byte[5 + 0x3ff + 1];
        payload[0] = 0x80 | 111;
        payload[2] = 0xff;
        payload[3] = 0xff;
        payload[4] = 111;
        Assert.Equal(DropReason.None, RedPayload.TryRead(payload, 111, out RedPayload layout));
        Assert.Equal(5 + 0x3ff, layout.PrimaryOffset);
        Assert.Equal(DropReason.PayloadTruncated, RedPayload.TryRead(payload.AsSpan(0, payload.Length - 1), 111, out _));
    }

    [Fact]
    public void Every_cut_is_noticed()
    {
        for (int length = 0; length < Payload.Length; length++)
        {
            DropReason expected = length > 14 ? DropReason.None : DropReason.PayloadTruncated;
            Assert.Equal(expected, RedPayload.TryRead(Payload.AsSpan(0, length), 111, out _));
        }
    }

    [Fact]
    public void Other_payload_types_and_too_many_copies_are_malformed()
    {
        Assert.Equal(DropReason.PayloadMalformed, RedPayload.TryRead(Payload, 110, out _));
        byte[] mixed = [.. Payload];
        mixed[8] = 13;
        Assert.Equal(DropReason.PayloadMalformed, RedPayload.TryRead(mixed, 111, out _));
        byte[] copies = [.. Enumerable.Repeat(new byte[] { 0x80 | 111, 0, 0, 0 }, RedPayload.CopiesMax + 1).SelectMany(h => h), 111, 1];
        Assert.Equal(DropReason.PayloadMalformed, RedPayload.TryRead(copies, 111, out _));
        Assert.Equal(DropReason.None, RedPayload.TryRead(copies.AsSpan(4), 111, out RedPayload layout));
        Assert.Equal(RedPayload.HeaderMaxBytes, layout.HeaderLength);
    }

    [Fact]
    public void The_headers_are_written_with_the_receivers_payload_type()
    {
        RedPayload.TryRead(Payload, 111, out RedPayload layout);
        byte[] header = new byte[RedPayload.HeaderMaxBytes];
        Assert.Equal(9, layout.WriteHeader(Payload, 96, header));
        byte[] written = [.. header[..9], .. Payload[9..]];
        Assert.Equal(DropReason.None, RedPayload.TryRead(written, 96, out RedPayload again));
        Assert.Equal(layout, again);
        Assert.Equal(Payload[1..4], written[1..4]);
    }
}
