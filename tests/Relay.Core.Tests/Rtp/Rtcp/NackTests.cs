using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class NackTests
{
    [Theory]
    [InlineData("5", "00050000")]
    [InlineData("5 6", "00050001")]
    // The last bit of BLP is PID + 16; PID + 17 needs an entry of its own.
    [InlineData("5 21", "00058000")]
    [InlineData("5 22", "00050000" + "00160000")]
    [InlineData("5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21", "0005FFFF")]
    [InlineData("5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22", "0005FFFF" + "00160000")]
    // Across the wrap.
    [InlineData("65535 0 15", "FFFF8001")]
    [InlineData("65530 65535 10", "FFFA8010")]
    // Repeated numbers need no room; descending numbers are right, if not small.
    [InlineData("5 5 6 6", "00050001")]
    [InlineData("6 5", "00060000" + "00050000")]
    public void Numbers_are_packed_into_pid_and_blp(string numbers, string expectedFci)
    {
        ushort[] sequenceNumbers = Parse(numbers);
        byte[] bytes = new byte[NackWriter.GetMaxLength(sequenceNumbers.Length)];
        int length = NackWriter.Write(bytes, 0xA0A1A2A3, 7, sequenceNumbers, out int consumed);
        Assert.Equal(sequenceNumbers.Length, consumed);
        string words = (length / 4 - 1).ToString("X4", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal("81CD" + words + "A0A1A2A3" + "00000007" + expectedFci, Convert.ToHexString(bytes, 0, length));
    }

    [Fact]
    public void Numbers_are_read_in_order()
    {
        byte[] bytes = Convert.FromHexString("81CD0004" + "00000001" + "00000002" + "FFFE8005" + "00100000");
        Assert.Equal(DropReason.None, NackReader.TryParse(RtcpSamples.Single(bytes), out NackReader nack));
        Assert.Equal(1u, nack.SenderSsrc);
        Assert.Equal(2u, nack.MediaSsrc);
        Assert.Equal([65534, 65535, 1, 14, 16], ReadAll(nack));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var random = new Random(4585);
        for (int round = 0; round < 5_000; round++)
        {
            var numbers = new List<ushort>();
            ushort number = (ushort)random.Next(65_536);
            for (int i = random.Next(1, 60); i > 0; i--)
            {
                numbers.Add(number);
                number += (ushort)random.Next(1, 25);
            }

            byte[] bytes = new byte[NackWriter.GetMaxLength(numbers.Count)];
            int length = NackWriter.Write(bytes, 1, 2, numbers.ToArray(), out int consumed);
            Assert.Equal(numbers.Count, consumed);
            Assert.Equal(DropReason.None, NackReader.TryParse(RtcpSamples.Single(bytes[..length]), out NackReader nack));
            Assert.Equal(numbers, ReadAll(nack));
        }
    }

    [Fact]
    public void Writing_stops_when_the_destination_is_full_and_says_where()
    {
        byte[] bytes = new byte[12 + 8 + 3];
        Assert.Equal(20, NackWriter.Write(bytes, 1, 2, [1, 2, 100, 101, 200, 300], out int consumed));
        Assert.Equal(4, consumed);
        Assert.Equal(DropReason.None, NackReader.TryParse(RtcpSamples.Single(bytes[..20]), out NackReader nack));
        Assert.Equal([1, 2, 100, 101], ReadAll(nack));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(15)]
    public void No_room_for_one_entry_writes_nothing(int room)
    {
        Assert.Equal(0, NackWriter.Write(new byte[room], 1, 2, [1], out int consumed));
        Assert.Equal(0, consumed);
    }

    [Fact]
    public void No_numbers_write_nothing() => Assert.Equal(0, NackWriter.Write(new byte[64], 1, 2, [], out _));

    [Fact]
    public void Writer_and_reader_stop_at_the_most_entries()
    {
        ushort[] numbers = new ushort[NackReader.EntriesMax + 10];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (ushort)(i * 100);
        }

        byte[] bytes = new byte[NackWriter.GetMaxLength(numbers.Length)];
        int length = NackWriter.Write(bytes, 1, 2, numbers, out int consumed);
        Assert.Equal(NackReader.EntriesMax, consumed);
        Assert.Equal(NackWriter.GetMaxLength(NackReader.EntriesMax), length);

        // A longer one, made by hand, is read up to the limit.
        RtcpHeader.Write(bytes, RtcpPacketType.TransportFeedback, FeedbackFormat.GenericNack, bytes.Length);
        Assert.Equal(DropReason.None, NackReader.TryParse(RtcpSamples.Single(bytes), out NackReader nack));
        Assert.Equal(NackReader.EntriesMax, ReadAll(nack).Count);
    }

    [Theory]
    [InlineData("81CD0002" + "00000001" + "00000002")]
    [InlineData("81CD0001" + "00000001")]
    [InlineData("8FCD0003" + "00000001" + "00000002" + "00050000")]
    [InlineData("81CE0003" + "00000001" + "00000002" + "00050000")]
    public void What_is_short_or_another_kind_is_malformed(string hex) =>
        Assert.Equal(DropReason.RtcpMalformed, NackReader.TryParse(RtcpSamples.Single(Convert.FromHexString(hex)), out _));

    private static ushort[] Parse(string numbers) =>
        [.. numbers.Split(' ').Select(text => ushort.Parse(text, System.Globalization.CultureInfo.InvariantCulture))];

    private static List<ushort> ReadAll(NackReader nack)
    {
        var numbers = new List<ushort>();
        while (nack.TryReadNext(out ushort number))
        {
            numbers.Add(number);
        }

        return numbers;
    }
}
