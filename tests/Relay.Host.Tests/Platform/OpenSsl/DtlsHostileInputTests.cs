using System.Buffers.Binary;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

/// <summary>Whatever the network sends: nothing throws, nothing hangs, and who is connected stays connected.</summary>
[Collection(nameof(AloneInTheProcess))]
public class DtlsHostileInputTests
{
    private static readonly byte[] FatalAlertInTheClear =
        [DtlsRecordReader.Alert, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0xFF, 0, 0, 2, 2, 40];

    [Fact]
    public void Mutated_copies_before_and_instead_of_the_originals_never_throw_nor_hang()
    {
        int connected = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            Random random = new(seed);
            using DtlsPair pair = new();
            IEnumerable<byte[]> Link(byte[] datagram, int index) => random.Next(4) switch
            {
                0 => [Mutate(datagram, random)],
                1 => [Mutate(datagram, random), datagram],
                2 => [datagram, Mutate(datagram, random)],
                _ => [datagram],
            };
            pair.ClientToServer = Link;
            pair.ServerToClient = Link;
            pair.Run();
            Assert.NotEqual(DtlsState.Connecting, pair.Client.State);
            Assert.True(pair.Server.State != DtlsState.Connecting || pair.Server.NextTimeout == Instant.Never);
            connected += pair.IsConnected ? 1 : 0;
        }

        Assert.InRange(connected, 1, 399);
    }

    [Fact]
    public void Truncated_datagrams_of_every_length_never_throw()
    {
        using DtlsPair recorded = new();
        recorded.Run();
        foreach (byte[] datagram in recorded.FromClient.Concat(recorded.FromServer))
        {
            using DtlsPair fresh = new();
            for (int length = 0; length < datagram.Length && fresh.Server.State != DtlsState.Closed; length++)
            {
                DropReason reason = fresh.Server.HandleDatagram(datagram.AsSpan(0, length), fresh.Now);
                Assert.True(length >= DtlsRecordReader.HeaderBytes || reason == DropReason.DtlsMalformed);
                DtlsPair.Drain(fresh.Server);
            }
        }
    }

    [Fact]
    public void Garbage_before_the_handshake_is_counted_and_does_not_prevent_it()
    {
        using DtlsPair pair = new();
        Random random = new(1);
        byte[] garbage = new byte[1200];
        for (int i = 0; i < 5_000; i++)
        {
            random.NextBytes(garbage);
            garbage[1] = 0;
            Assert.Equal(DropReason.DtlsMalformed, pair.Server.HandleDatagram(garbage.AsSpan(0, random.Next(1200)), pair.Now));
        }

        Assert.True(pair.Run().IsConnected);
    }

    [Theory]
    [InlineData("ECDHE-ECDSA-AES128-GCM-SHA256")]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384")]
    public void A_connected_association_survives_garbage_mutations_and_replays(string cipher)
    {
        using DtlsPair pair = new();
        ClientMisuse.OfferCipher(pair.Client, cipher);
        Assert.True(pair.Run().IsConnected);
        byte[] keys = new byte[56];
        Assert.True(pair.Server.TryExportKeyingMaterial(keys));
        List<byte[]> recorded = [.. pair.FromClient, .. pair.FromServer];
        Random random = new(2);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] datagram = recorded[random.Next(recorded.Count)];
            byte[] hostile = random.Next(4) == 0 ? RandomRecord(random) : Mutate(datagram, random);
            pair.Server.HandleDatagram(hostile, pair.Now);
            Assert.True(pair.Server.State == DtlsState.Connected, $"{i}: {Convert.ToHexString(hostile)}");
        }

        DtlsPair.Drain(pair.Server);
        byte[] keysAfterwards = new byte[56];
        Assert.True(pair.Server.TryExportKeyingMaterial(keysAfterwards));
        Assert.Equal(keys, keysAfterwards);
        pair.Client.HandleClose();
        pair.Run();
        Assert.Equal(CloseReason.PeerClosed, pair.Server.CloseReason);
    }

    [Fact]
    public void Protected_records_of_every_length_that_are_not_authentic_are_ignored()
    {
        using DtlsPair pair = new();
        pair.Run();
        Random random = new(4);
        for (int length = 0; length < 100; length++)
        {
            for (byte type = DtlsRecordReader.ChangeCipherSpec; type <= DtlsRecordReader.ApplicationData; type++)
            {
                byte[] forged = new byte[DtlsRecordReader.HeaderBytes + length];
                random.NextBytes(forged);
                (forged[0], forged[1], forged[2], forged[3], forged[4]) = (type, 0xFE, 0xFD, 0, 1);
                (forged[DtlsRecordReader.LengthOffset], forged[DtlsRecordReader.LengthOffset + 1]) = (0, (byte)length);
                pair.Server.HandleDatagram(forged, pair.Now);
                Assert.True(pair.Server.State == DtlsState.Connected, $"{length} bytes of type {type}");
            }
        }
    }

    // Each record that has to be opened costs a microsecond, and a datagram has room for 49.
    [Theory]
    [InlineData(3, false, true)]
    [InlineData(3, true, true)]
    [InlineData(40, false, false)]
    [InlineData(40, true, false)]
    public void Of_the_protected_records_in_a_datagram_only_the_first_few_are_opened(int forgedBefore, bool isConfirmed, bool isRead)
    {
        using DtlsPair pair = new();
        Assert.True(pair.Run().IsConnected);
        if (isConfirmed)
        {
            pair.Server.HandlePeerConfirmed();
        }

        pair.Client.HandleClose();
        byte[] alert = Assert.Single(DtlsPair.Drain(pair.Client));
        byte[] forged = [.. alert];
        forged[^1] ^= 1;
        byte[] datagram = [.. Enumerable.Repeat(forged, forgedBefore).SelectMany(bytes => bytes), .. alert];
        pair.Server.HandleDatagram(datagram, pair.Now);
        Assert.Equal(isRead ? CloseReason.PeerClosed : CloseReason.None, pair.Server.CloseReason);
        pair.Server.HandleDatagram(alert, pair.Now);
        Assert.Equal(CloseReason.PeerClosed, pair.Server.CloseReason);
    }

    [Fact]
    public void An_alert_in_the_clear_does_not_end_a_connected_association()
    {
        using DtlsPair pair = new();
        pair.Run();
        pair.Server.HandleDatagram(FatalAlertInTheClear, pair.Now);
        Assert.Equal(DtlsState.Connected, pair.Server.State);
    }

    [Fact]
    public void A_fatal_alert_during_the_handshake_ends_it()
    {
        using DtlsPair pair = new();
        pair.FireTimers();
        pair.Exchange();
        pair.Server.HandleDatagram(FatalAlertInTheClear, pair.Now);
        Assert.Equal(CloseReason.DtlsFailed, pair.Server.CloseReason);
        Assert.Equal(DropReason.DtlsAfterClose, pair.Server.HandleDatagram(FatalAlertInTheClear, pair.Now));
    }

    [Fact]
    public void Records_of_a_coming_epoch_are_kept_only_up_to_a_limit()
    {
        using DtlsPair pair = new();
        byte[] early = new byte[DtlsRecordReader.HeaderBytes + 40];
        (early[0], early[1], early[2], early[4]) = (DtlsRecordReader.Handshake, 0xFE, 0xFD, 1);
        early[DtlsRecordReader.LengthOffset + 1] = 40;
        int taken = 0;
        for (int i = 0; i < 200; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(early.AsSpan(7), (uint)i);
            taken += pair.Server.HandleDatagram(early, pair.Now) == DropReason.None ? 1 : 0;
        }

        Assert.InRange(taken, 13, 32);
        Assert.Equal(DropReason.DtlsUnexpected, pair.Server.HandleDatagram(early, pair.Now));
        Assert.Equal(DtlsState.Connecting, pair.Server.State);
    }

    [Fact]
    public void Renegotiation_is_refused_and_the_association_stays()
    {
        using DtlsPair pair = new();
        pair.Run();
        byte[] keys = new byte[56];
        Assert.True(pair.Server.TryExportKeyingMaterial(keys));

        ClientMisuse.Renegotiate(pair.Client);
        List<byte[]> hello = DtlsPair.Drain(pair.Client);
        Assert.NotEmpty(hello);
        foreach (byte[] datagram in hello)
        {
            pair.Server.HandleDatagram(datagram, pair.Now);
        }

        List<byte[]> answer = DtlsPair.Drain(pair.Server);
        Assert.All(answer, datagram => Assert.Equal(DtlsRecordReader.Alert, datagram[0]));
        Assert.Equal(DtlsState.Connected, pair.Server.State);
        byte[] keysAfterwards = new byte[56];
        Assert.True(pair.Server.TryExportKeyingMaterial(keysAfterwards));
        Assert.Equal(keys, keysAfterwards);
    }

    [Fact]
    public void Application_data_is_dropped_and_counted()
    {
        using DtlsPair pair = new();
        pair.Run();
        ClientMisuse.SendApplicationData(pair.Client, new byte[1000]);
        byte[] data = Assert.Single(DtlsPair.Drain(pair.Client));
        Assert.Equal(DropReason.DtlsUnexpected, pair.Server.HandleDatagram(data, pair.Now));
        Assert.Equal(DtlsState.Connected, pair.Server.State);
        Assert.Empty(DtlsPair.Drain(pair.Server));
    }

    [Fact]
    public void A_failed_handshake_leaves_no_error_behind_for_other_users_of_OpenSSL()
    {
        using DtlsPair pair = new(new DtlsPairSetup { ExpectedClient = TestCertificates.Stranger.Fingerprint });
        pair.Run();
        Assert.Equal(CloseReason.FingerprintMismatch, pair.Server.CloseReason);
        Assert.Equal((nuint)0, LibCrypto.ERR_peek_error());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Garbage_allocates_nothing(bool isConnected)
    {
        using DtlsPair pair = new();
        if (isConnected)
        {
            pair.Run();
        }

        Random random = new(3);
        byte[][] garbage = [.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? new byte[i] : RandomRecord(random, epoch: 9))];
        long before = 0;
        for (int round = 0; round < 20; round++)
        {
            before = round == 1 ? GC.GetAllocatedBytesForCurrentThread() : before;
            foreach (byte[] datagram in garbage)
            {
                pair.Server.HandleDatagram(datagram, pair.Now);
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Mutate(byte[] datagram, Random random)
    {
        byte[] mutated = random.Next(5) == 0 ? datagram[..random.Next(datagram.Length + 1)] : (byte[])datagram.Clone();
        for (int flips = random.Next(1, 6); flips > 0 && mutated.Length > 0; flips--)
        {
            // Headers are short; let them have their share.
            int at = random.Next(2) == 0 ? random.Next(Math.Min(30, mutated.Length)) : random.Next(mutated.Length);
            mutated[at] = (byte)random.Next(256);
        }

        return mutated;
    }

    private static byte[] RandomRecord(Random random, int? epoch = null)
    {
        byte[] record = new byte[DtlsRecordReader.HeaderBytes + random.Next(300)];
        random.NextBytes(record);
        record[0] = (byte)random.Next(DtlsRecordReader.ChangeCipherSpec, DtlsRecordReader.ApplicationData + 1);
        record[1] = 0xFE;
        record[2] = 0xFD;
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(DtlsRecordReader.EpochOffset), (ushort)(epoch ?? random.Next(3)));
        BinaryPrimitives.WriteUInt16BigEndian(
            record.AsSpan(DtlsRecordReader.LengthOffset), (ushort)(record.Length - DtlsRecordReader.HeaderBytes));
        return record;
    }
}
