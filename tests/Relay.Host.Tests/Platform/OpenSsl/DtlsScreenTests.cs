using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

public class DtlsScreenTests
{
    private const int FragmentBytes = 30;
    private const int RecordBytes = DtlsRecordReader.HeaderBytes + FragmentBytes;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whole_records_pass_and_what_is_cut_short_does_not(bool isConnecting)
    {
        DtlsScreen screen = default;
        byte[] datagram = [.. Records(3, epoch: 0), .. Records(1, epoch: 1)];
        Assert.Equal(DropReason.None, screen.Pass(datagram, isConnecting, out int length));
        Assert.Equal(datagram.Length, length);
        Assert.Equal(DropReason.None, screen.Pass(datagram.AsSpan(..^1), isConnecting, out length));
        Assert.Equal(3 * RecordBytes, length);
        Assert.Equal(DropReason.DtlsMalformed, screen.Pass(datagram.AsSpan(..(RecordBytes - 1)), isConnecting, out length));
        Assert.Equal(0, length);
        Assert.Equal(DropReason.DtlsMalformed, screen.Pass([], isConnecting, out _));
    }

    [Theory]
    [InlineData(true, 23, false)]
    [InlineData(true, 24, true)]
    [InlineData(false, 23, false)]
    [InlineData(false, 24, true)]
    public void A_protected_record_has_room_for_nonce_and_tag(bool isConnecting, int bytes, bool isTaken)
    {
        DtlsScreen screen = default;
        byte[] datagram = [.. Records(1, epoch: 1, bytes), .. Records(1, epoch: 0)];
        Assert.Equal(isTaken ? DropReason.None : DropReason.DtlsMalformed, screen.Pass(datagram, isConnecting, out int length));
        Assert.Equal(isTaken ? datagram.Length : 0, length);
    }

    [Fact]
    public void Once_connected_few_protected_records_of_a_datagram_pass_and_those_of_the_next_again()
    {
        DtlsScreen screen = default;
        byte[] datagram = [.. Records(2, epoch: 0), .. Records(40, epoch: 1)];
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(DropReason.None, screen.Pass(datagram, isConnecting: false, out int length));
            Assert.Equal((2 + DtlsScreen.ProtectedRecordsMax) * RecordBytes, length);
        }
    }

    [Fact]
    public void Before_that_they_are_counted_over_all_datagrams()
    {
        DtlsScreen screen = default;
        Assert.Equal(DropReason.None, screen.Pass(Records(DtlsScreen.EarlyRecordsMax - 3, epoch: 1), isConnecting: true, out _));
        Assert.Equal(DropReason.None, screen.Pass(Records(5, epoch: 1), isConnecting: true, out int length));
        Assert.Equal(3 * RecordBytes, length);
        Assert.Equal(DropReason.DtlsUnexpected, screen.Pass(Records(1, epoch: 1), isConnecting: true, out length));
        Assert.Equal(0, length);
        Assert.Equal(DropReason.None, screen.Pass(Records(1, epoch: 0), isConnecting: true, out _));
        Assert.Equal(DropReason.None, screen.Pass(Records(1, epoch: 1), isConnecting: false, out _));
    }

    private static byte[] Records(int count, byte epoch, int fragmentBytes = FragmentBytes)
    {
        byte[] record = new byte[DtlsRecordReader.HeaderBytes + fragmentBytes];
        (record[0], record[1], record[2], record[4]) = (DtlsRecordReader.Handshake, 0xFE, 0xFD, epoch);
        record[DtlsRecordReader.LengthOffset + 1] = (byte)fragmentBytes;
        return [.. Enumerable.Repeat(record, count).SelectMany(bytes => bytes)];
    }
}
