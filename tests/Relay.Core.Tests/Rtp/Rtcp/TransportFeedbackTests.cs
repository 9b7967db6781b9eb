using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class TransportFeedbackTests
{
    private const int No = TransportFeedbackWriter.NotReceived;

    // RTPFB 15, 32 bytes: base 5, count 7, reference 0x010203 and message 4; then chunks and deltas.
    private const string Head = "8FCD0007" + "00000001" + "00000002" + "00050007" + "01020304";

    [Fact]
    public void It_is_written_and_read_back()
    {
        byte[] bytes = new byte[TransportFeedbackWriter.GetMaxLength(7)];
        int length = TransportFeedbackWriter.Write(
            bytes, 1, 2, new TransportFeedbackHead(5, 0x010203, 4), [1, No, 255, 256, -1, No, 0]);

        // Two bits each: 1 0 1 2 2 0 1 is 11 01 00 01 10 10 00 01.
        Assert.Equal(Head + "D1A1" + "01" + "FF" + "0100" + "FFFF" + "00" + "000000", Convert.ToHexString(bytes, 0, length));
        Assert.Equal(DropReason.None, Parse(bytes[..length], out TransportFeedbackReader feedback));
        Assert.Equal((1u, 2u), (feedback.SenderSsrc, feedback.MediaSsrc));
        Assert.Equal((5, 7), (feedback.BaseSequenceNumber, feedback.StatusCount));
        Assert.Equal((0x010203u, 4), (feedback.ReferenceTime, feedback.FeedbackCount));
        uint start = 0x01020300;
        Assert.Equal(
            [(5, start + 1), (6, null), (7, start + 256), (8, start + 512), (9, start + 511), (10, null), (11, start + 511)],
            ReadAll(feedback));
    }

    [Theory]
    // A run of 300 lost; a run of 20 large deltas; 14 one-bit symbols; the last one-bit vector, cut short.
    [InlineData(No, 300, "012C")]
    [InlineData(1000, 20, "4014")]
    [InlineData(3, 14, "200E")]
    public void Equal_symbols_are_a_run(int delta, int count, string chunk)
    {
        int[] deltas = [.. Enumerable.Repeat(delta, count)];
        Assert.Equal(chunk, Convert.ToHexString(Write(deltas), 20, 2));
    }

    [Fact]
    public void Small_deltas_and_losses_take_a_bit_each()
    {
        int[] deltas = [.. Enumerable.Range(0, 14).Select(i => i % 3 == 0 ? No : 8)];
        byte[] bytes = Write(deltas);
        // 1 0, then 0 11 0 11 0 11 0 11 0 1.
        Assert.Equal("9B6D", Convert.ToHexString(bytes, 20, 2));
        Assert.Equal(20 + 2 + 9 + 1, bytes.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(400)]
    [InlineData(3000)]
    public void Whatever_is_written_is_read_and_within_the_promised_length(int count)
    {
        var random = new Random(count);
        for (int round = 0; round < 200; round++)
        {
            int lossPercent = random.Next(101);
            int largePercent = random.Next(101);
            int[] deltas = [.. Enumerable.Range(0, count).Select(_ => random.Next(100) < lossPercent
                ? No
                : random.Next(100) < largePercent ? random.Next(short.MinValue, short.MaxValue + 1) : random.Next(256))];
            ushort first = (ushort)random.Next(65_536);
            byte[] bytes = Write(deltas, first, 0xFFFFFF);

            Assert.True(bytes.Length <= TransportFeedbackWriter.GetMaxLength(count));
            Assert.Equal(DropReason.None, Parse(bytes, out TransportFeedbackReader feedback));
            uint time = 0xFFFFFF00;
            List<(int, uint?)> expected = [];
            for (int i = 0; i < count; i++)
            {
                time += deltas[i] == No ? 0 : (uint)deltas[i];
                expected.Add(((ushort)(first + i), deltas[i] == No ? null : time));
            }

            Assert.Equal(expected, ReadAll(feedback));
        }
    }

    [Theory]
    // Two-bit vector with all seven, and deltas of 1, 2 and 2 bytes; a run that says more than the count.
    [InlineData("8FCD0006" + "00000001" + "00000002" + "00050007" + "01020304" + "D280" + "01" + "0100" + "FFFF" + "00", true)]
    [InlineData("8FCD0006" + "00000001" + "00000002" + "00050003" + "01020304" + "3FFF" + "01" + "02" + "03" + "000000", true)]
    // As Chromium pads it, by one byte.
    [InlineData("AFCD0005" + "00000001" + "00000002" + "00050001" + "01020304" + "2001" + "01" + "01", true)]
    // One delta byte short; a chunk short; no packets; the reserved symbol in a run, and in a vector; a run of none; another format.
    [InlineData("8FCD0005" + "00000001" + "00000002" + "00050003" + "01020304" + "2003" + "0102", false)]
    [InlineData("8FCD0005" + "00000001" + "00000002" + "0005000F" + "01020304" + "8000" + "8000", true)]
    [InlineData("8FCD0005" + "00000001" + "00000002" + "0005001D" + "01020304" + "8000" + "8000", false)]
    [InlineData("8FCD0005" + "00000001" + "00000002" + "00050000" + "01020304" + "2001" + "0100", false)]
    [InlineData("8FCD0005" + "00000001" + "00000002" + "00050001" + "01020304" + "6001" + "0100", false)]
    [InlineData("8FCD0005" + "00000001" + "00000002" + "00050001" + "01020304" + "F000" + "0100", false)]
    [InlineData("8FCD0005" + "00000001" + "00000002" + "00050001" + "01020304" + "2000" + "0100", false)]
    [InlineData("8ECD0005" + "00000001" + "00000002" + "00050001" + "01020304" + "2001" + "0100", false)]
    [InlineData("8FCD0004" + "00000001" + "00000002" + "00050001" + "01020304", false)]
    [InlineData("8FCD0002" + "00000001" + "00000002", false)]
    public void Only_what_holds_all_that_it_announces_is_read(string hex, bool isGood) =>
        Assert.Equal(isGood ? DropReason.None : DropReason.RtcpMalformed, Parse(Convert.FromHexString(hex), out _));

    [Fact]
    public void A_message_about_too_many_packets_is_refused()
    {
        byte[] bytes = Write([.. Enumerable.Repeat(No, 100)]);
        Assert.Equal(DropReason.None, TransportFeedbackReader.TryParse(RtcpSamples.Single(bytes), 100, out _));
        Assert.Equal(DropReason.RtcpMalformed, TransportFeedbackReader.TryParse(RtcpSamples.Single(bytes), 99, out _));
    }

    [Fact]
    public void Damaged_messages_never_throw()
    {
        byte[] vectors = Write([5, No, 300, -300, 7, No, No, 9, 1, 2, 3, 4, 5, No, 6, 7, 8, 2000]);
        byte[] runs = Write([.. Enumerable.Repeat(No, 50), .. Enumerable.Repeat(4, 60)]);
        WireFuzz.Mutate(11, 20_000, RtcpSamples.ReadAll, vectors, runs);
    }

    [Fact]
    public void Writing_and_reading_allocates_nothing()
    {
        int[] deltas = [.. Enumerable.Range(0, 60).Select(i => i % 9 == 0 ? No : i * 10)];
        byte[] bytes = new byte[TransportFeedbackWriter.GetMaxLength(deltas.Length)];
        Assert.Equal(0, WireFuzz.AllocatedBytes(() =>
        {
            int length = TransportFeedbackWriter.Write(bytes, 1, 2, new TransportFeedbackHead(1, 2, 3), deltas);
            RtcpCompoundReader.TryParse(bytes.AsSpan(0, length), out RtcpCompoundReader compound);
            compound.MoveNext();
            TransportFeedbackReader.TryParse(compound.Current, 100, out TransportFeedbackReader feedback);
            while (feedback.TryReadNext(out _, out _, out _))
            {
            }
        }));
    }

    private static byte[] Write(int[] deltas, ushort first = 1, uint reference = 1)
    {
        byte[] bytes = new byte[TransportFeedbackWriter.GetMaxLength(deltas.Length)];
        return bytes[..TransportFeedbackWriter.Write(bytes, 1, 2, new TransportFeedbackHead(first, reference, 0), deltas)];
    }

    private static DropReason Parse(byte[] bytes, out TransportFeedbackReader feedback) =>
        TransportFeedbackReader.TryParse(RtcpSamples.Single(bytes), ushort.MaxValue, out feedback);

    private static List<(int Sequence, uint? Time)> ReadAll(TransportFeedbackReader feedback)
    {
        List<(int, uint?)> packets = [];
        while (feedback.TryReadNext(out ushort sequence, out bool isReceived, out uint time))
        {
            packets.Add((sequence, isReceived ? time : null));
        }

        return packets;
    }
}
