using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Xunit;

namespace Relay.Core.Tests.Dtls;

public class DtlsRecordReaderTests
{
    private static readonly byte[] TwoRecords =
    [
        22, 0xFE, 0xFD, 0x00, 0x01, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x00, 0x03, 0xAA, 0xBB, 0xCC,
        20, 0xFE, 0xFF, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x00, 0x01, 0x01,
    ];

    [Fact]
    public void A_record_is_read_field_by_field_and_the_next_one_starts_behind_it()
    {
        Assert.Equal(DropReason.None, DtlsRecordReader.TryRead(TwoRecords, out DtlsRecordReader first));
        Assert.Equal(DtlsRecordReader.Handshake, first.ContentType);
        Assert.Equal(0xFEFD, first.Version);
        Assert.Equal(1, first.Epoch);
        Assert.Equal(0x010203040506UL, first.SequenceNumber);
        Assert.Equal([0xAA, 0xBB, 0xCC], first.Fragment.ToArray());

        Assert.Equal(DropReason.None, DtlsRecordReader.TryRead(TwoRecords.AsSpan(first.Record.Length), out DtlsRecordReader second));
        Assert.Equal(DtlsRecordReader.ChangeCipherSpec, second.ContentType);
        Assert.Equal(0xFEFF, second.Version);
        Assert.Equal(0, second.Epoch);
        Assert.Equal(7UL, second.SequenceNumber);
        Assert.Equal(14, second.Record.Length);
    }

    [Fact]
    public void Every_truncation_is_malformed()
    {
        const int FirstRecordBytes = 16;
        for (int length = 0; length < FirstRecordBytes; length++)
        {
            Assert.Equal(DropReason.DtlsMalformed, DtlsRecordReader.TryRead(TwoRecords.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData(0, 19)]
    [InlineData(0, 24)]
    [InlineData(0, 63)]
    [InlineData(1, 0x03)]
    [InlineData(11, 0xFF)]
    public void A_strange_type_version_or_length_is_malformed(int offset, byte value)
    {
        byte[] datagram = (byte[])TwoRecords.Clone();
        datagram[offset] = value;
        Assert.Equal(DropReason.DtlsMalformed, DtlsRecordReader.TryRead(datagram, out _));
    }

    [Fact]
    public void Reading_mutated_records_never_throws_and_never_reads_past_the_datagram()
    {
        Random random = new(6347);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] datagram = TwoRecords.AsSpan(0, random.Next(TwoRecords.Length + 1)).ToArray();
            for (int flips = random.Next(6); flips > 0 && datagram.Length > 0; flips--)
            {
                datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
            }

            if (DtlsRecordReader.TryRead(datagram, out DtlsRecordReader record) == DropReason.None)
            {
                Assert.InRange(record.Record.Length, DtlsRecordReader.HeaderBytes, datagram.Length);
                Assert.Equal(record.Record.Length - DtlsRecordReader.HeaderBytes, record.Fragment.Length);
            }
        }
    }
}
