using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Tests.Rtp;
using Xunit;

namespace Relay.Core.Tests.Codecs;

public class H264PayloadReaderTests
{
    private static readonly byte[] Aggregate = Convert.FromHexString("78" + "0003674200" + "000268CE" + "0003658840");

    [Theory]
    // SPS, PPS, first slice of an IDR picture, a later slice of it, first and later slice of another, SEI, delimiter, filler.
    [InlineData("6742001F", 7, true, false, false, true, true)]
    [InlineData("68CE", 8, false, true, false, true, false)]
    [InlineData("658840", 5, false, false, true, true, true)]
    [InlineData("654040", 5, false, false, false, false, false)]
    [InlineData("419A", 1, false, false, false, true, false)]
    [InlineData("411A", 1, false, false, false, false, false)]
    [InlineData("0605", 6, false, false, false, true, false)]
    [InlineData("0910", 9, false, false, false, true, false)]
    [InlineData("0CFF", 12, false, false, false, false, false)]
    [InlineData("65", 5, false, false, false, false, false)]
    // FU-A: start of an IDR picture, of a later slice, of an SPS; middle and end.
    [InlineData("7C858840", 5, false, false, true, true, true)]
    [InlineData("7C854040", 5, false, false, false, false, false)]
    [InlineData("7C8742", 7, true, false, false, true, true)]
    [InlineData("7C0588", 5, false, false, false, false, false)]
    [InlineData("7C4588", 5, false, false, false, false, false)]
    [InlineData("5C819A", 1, false, false, false, true, false)]
    // STAP-A: SPS and PPS; a delimiter and an IDR picture; two plain slices.
    [InlineData("780002674200026810", 7, true, true, false, true, true)]
    [InlineData("780002091000026588", 9, false, false, true, true, true)]
    [InlineData("780002419A0002411A", 1, false, false, false, true, false)]
    public void Payloads_are_described(string hex, int type, bool sps, bool pps, bool idr, bool start, bool keyframe)
    {
        DropReason reason = H264PayloadReader.TryReadFrameStart(Convert.FromHexString(hex), out H264FrameInfo info);
        Assert.Equal(DropReason.None, reason);
        Assert.Equal(new H264FrameInfo((byte)type, sps, pps, idr, start), info);
        Assert.Equal(keyframe, info.IsKeyframe);
    }

    [Theory]
    [InlineData("", DropReason.PayloadTruncated)]
    [InlineData("7C", DropReason.PayloadTruncated)]
    [InlineData("7C85", DropReason.PayloadTruncated)]
    [InlineData("7C8088", DropReason.PayloadMalformed)]
    [InlineData("7C9C88", DropReason.PayloadMalformed)]
    [InlineData("78", DropReason.PayloadTruncated)]
    [InlineData("7800", DropReason.PayloadTruncated)]
    [InlineData("780000", DropReason.PayloadMalformed)]
    [InlineData("7800036742", DropReason.PayloadTruncated)]
    [InlineData("78FFFF6742", DropReason.PayloadTruncated)]
    [InlineData("780002674200", DropReason.PayloadTruncated)]
    // An aggregate inside an aggregate.
    [InlineData("7800027800", DropReason.PayloadMalformed)]
    // Types 0, 25 (STAP-B), 26 and 27 (MTAP), 29 (FU-B), 30 and 31.
    [InlineData("60FF", DropReason.PayloadMalformed)]
    [InlineData("79FF", DropReason.PayloadMalformed)]
    [InlineData("7AFF", DropReason.PayloadMalformed)]
    [InlineData("7BFF", DropReason.PayloadMalformed)]
    [InlineData("7DFF", DropReason.PayloadMalformed)]
    [InlineData("7EFF", DropReason.PayloadMalformed)]
    [InlineData("7FFF", DropReason.PayloadMalformed)]
    public void Malformed_payloads_are_named(string hex, DropReason expected)
    {
        byte[] payload = Convert.FromHexString(hex);
        Assert.Equal(expected, H264PayloadReader.TryReadFrameStart(payload, out H264FrameInfo info));
        Assert.Equal(default, info);
    }

    [Fact]
    public void The_number_of_aggregated_units_is_bounded()
    {
        byte[] payload = new byte[1 + (H264PayloadReader.AggregatedUnitsMax + 1) * 3];
        payload[0] = 0x78;
        for (int i = 1; i < payload.Length; i += 3)
        {
            payload[i + 1] = 1;
            payload[i + 2] = 0x67;
        }

        Assert.Equal(DropReason.None, H264PayloadReader.TryReadFrameStart(payload.AsSpan(0, payload.Length - 3), out _));
        Assert.Equal(DropReason.PayloadMalformed, H264PayloadReader.TryReadFrameStart(payload, out _));
    }

    [Fact]
    public void Only_cuts_between_units_of_an_aggregate_are_accepted() =>
        Assert.Equal(2, WireFuzz.Truncate(Aggregate, Read));

    [Fact]
    public void Damaged_payloads_never_throw() => WireFuzz.Mutate(
        seed: 6184,
        rounds: 150_000,
        Read,
        Aggregate,
        Convert.FromHexString("7C858840"),
        Convert.FromHexString("658840"));

    [Fact]
    public void Reading_allocates_nothing() => Assert.Equal(0, WireFuzz.AllocatedBytes(() => Read(Aggregate)));

    private static bool Read(ReadOnlySpan<byte> payload) =>
        H264PayloadReader.TryReadFrameStart(payload, out _) == DropReason.None;
}
