using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

/// <summary>What a peer can do that has made its handshake: its records are authentic, whatever is in them.</summary>
public class DtlsHostilePeerTests
{
    private const byte ClientHello = 1;
    private const byte Finished = 20;

    // OpenSSL keeps eleven messages that are not whole yet, 18 KB each, for as long as the association lives.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public void A_message_of_a_new_handshake_that_is_not_whole_ends_the_association(byte messageNumber)
    {
        using DtlsPair pair = new();
        Assert.True(pair.Run().IsConnected);
        using SealedRecords records = new(pair.Client);
        byte[] fragment = [ClientHello, 0, 0x3F, 0, 0, messageNumber, 0, 0, 0, 0, 0, 1, 7];
        pair.Server.HandleDatagram(records.Seal(DtlsRecordReader.Handshake, fragment), pair.Now);
        Assert.Equal(CloseReason.DtlsFailed, pair.Server.CloseReason);
    }

    // RFC 5246 section 6.2.1 allows it, against the analysis of traffic.
    [Fact]
    public void An_empty_record_of_data_ends_nothing_and_hides_nothing()
    {
        using DtlsPair pair = new();
        Assert.True(pair.Run().IsConnected);
        using SealedRecords records = new(pair.Client);
        byte[] empty = records.Seal(DtlsRecordReader.ApplicationData, []);
        Assert.Equal(DropReason.DtlsUnexpected, pair.Server.HandleDatagram(empty, pair.Now));
        Assert.Equal(DtlsState.Connected, pair.Server.State);

        empty = records.Seal(DtlsRecordReader.ApplicationData, []);
        pair.Server.HandleDatagram([.. empty, .. records.Seal(DtlsRecordReader.Alert, [1, 0])], pair.Now);
        Assert.Equal(CloseReason.PeerClosed, pair.Server.CloseReason);
    }

    [Fact]
    public void Its_Finished_again_and_data_end_nothing()
    {
        using DtlsPair pair = new();
        Assert.True(pair.Run().IsConnected);
        using SealedRecords records = new(pair.Client);
        byte[] finished = [Finished, 0, 0, 12, 0, 3, 0, 0, 0, 0, 0, 12, .. new byte[12]];
        for (int i = 0; i < 5; i++)
        {
            pair.Server.HandleDatagram(records.Seal(DtlsRecordReader.Handshake, finished), pair.Now);
            Assert.NotEmpty(DtlsPair.Drain(pair.Server));
            pair.Server.HandleDatagram(records.Seal(DtlsRecordReader.ApplicationData, new byte[500]), pair.Now);
            Assert.Empty(DtlsPair.Drain(pair.Server));
        }

        Assert.Equal(DtlsState.Connected, pair.Server.State);
        pair.AssertSameKeys(56);
    }

    [Fact]
    public void Whatever_it_sends_it_ends_its_own_association_at_worst_and_gets_little_more_than_it_sent()
    {
        int stillConnected = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            using DtlsPair pair = new();
            Assert.True(pair.Run().IsConnected);
            using SealedRecords records = new(pair.Client);
            int kinds = random.Next(1, 32);
            int sent = 0;
            int received = 0;
            for (int i = 0; i < 40 && pair.Server.State == DtlsState.Connected; i++)
            {
                byte[] datagram = Next(random, kinds, records, pair.FromClient[0]);
                sent += datagram.Length;
                pair.Server.HandleDatagram(datagram, pair.Now);
                received += DtlsPair.Drain(pair.Server).Sum(answer => answer.Length);
                Assert.Equal(Instant.Never, pair.Server.NextTimeout);
            }

            // The end of the handshake is 75 bytes, its repetition that asks for it 61; an alert is 39 and may answer 37.
            Assert.InRange(received, 0, (sent * 5 / 4) + 20);
            if (pair.Server.State == DtlsState.Closed)
            {
                Assert.Equal(CloseReason.DtlsFailed, pair.Server.CloseReason);
                continue;
            }

            stillConnected++;
            pair.AssertSameKeys(56);
            pair.Server.HandlePeerConfirmed();
            pair.Server.HandleDatagram(records.Seal(DtlsRecordReader.Alert, [1, 0]), pair.Now);
            Assert.Equal(CloseReason.PeerClosed, pair.Server.CloseReason);
        }

        Assert.InRange(stillConnected, 1, 299);
    }

    private static byte[] Next(Random random, int kinds, SealedRecords records, byte[] firstDatagram)
    {
        int kind = random.Next(5);
        while ((kinds & (1 << kind)) == 0)
        {
            kind = (kind + 1) % 5;
        }

        byte[] bytes = new byte[random.Next(1, 300)];
        random.NextBytes(bytes);
        switch (kind)
        {
            case 0:
                return records.Seal(DtlsRecordReader.ApplicationData, bytes);

            case 1:
                return records.Seal(DtlsRecordReader.ChangeCipherSpec, [1]);

            case 2:
                return records.Seal(DtlsRecordReader.Alert, [1, (byte)random.Next(1, 120)]);

            case 3:
                // The whole ClientHello of the beginning, with another number now and then.
                byte[] hello = firstDatagram[DtlsRecordReader.HeaderBytes..];
                hello[5] = (byte)random.Next(3);
                return records.Seal(DtlsRecordReader.Handshake, hello);

            default:
                bytes[0] = (byte)random.Next(Finished + 1);
                return records.Seal(DtlsRecordReader.Handshake, bytes);
        }
    }
}
