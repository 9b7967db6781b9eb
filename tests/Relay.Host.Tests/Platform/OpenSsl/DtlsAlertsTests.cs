using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

public class DtlsAlertsTests
{
    private const string Aes128 = "ECDHE-ECDSA-AES128-GCM-SHA256";
    private const string Aes256 = "ECDHE-ECDSA-AES256-GCM-SHA384";

    // With its explicit nonce, its tag and the record's header.
    private const int AlertDatagramBytes = DtlsRecordReader.HeaderBytes + 8 + 2 + 16;

    [Theory]
    [InlineData(Aes128, true)]
    [InlineData(Aes256, true)]
    [InlineData(Aes128, false)]
    [InlineData(Aes256, false)]
    public void Without_its_SSL_object_an_association_still_closes_both_sides(string cipher, bool isServerFirst)
    {
        using DtlsPair pair = Confirmed(cipher);
        OpenSslDtlsAssociation first = isServerFirst ? pair.Server : pair.Client;
        OpenSslDtlsAssociation second = isServerFirst ? pair.Client : pair.Server;

        first.HandleClose();
        Assert.Equal(CloseReason.Requested, first.CloseReason);
        pair.Run();
        Assert.Equal(CloseReason.PeerClosed, second.CloseReason);
        Assert.Equal(AlertDatagramBytes, pair.FromServer[^1].Length);
    }

    [Fact]
    public void A_client_without_the_extended_master_secret_is_understood()
    {
        using DtlsPair pair = new();
        ClientMisuse.OmitExtendedMasterSecret(pair.Client);
        Assert.True(pair.Run().IsConnected);
        pair.Server.HandlePeerConfirmed();
        pair.Client.HandleClose();
        pair.Run();
        Assert.Equal(CloseReason.PeerClosed, pair.Server.CloseReason);
    }

    [Fact]
    public void After_a_renegotiation_that_was_refused_the_goodbye_is_there()
    {
        using DtlsPair pair = new();
        Assert.True(pair.Run().IsConnected);
        ClientMisuse.Renegotiate(pair.Client);
        pair.Exchange();
        pair.Server.HandlePeerConfirmed();
        pair.Server.HandleClose();
        Assert.Equal(AlertDatagramBytes, Assert.Single(DtlsPair.Drain(pair.Server)).Length);
    }

    [Fact]
    public void Two_that_are_without_close_each_other()
    {
        using DtlsPair pair = Confirmed(Aes128);
        pair.Client.HandlePeerConfirmed();
        pair.Client.HandleClose();
        pair.Run();
        Assert.Equal(CloseReason.PeerClosed, pair.Server.CloseReason);
    }

    [Theory]
    [InlineData(Aes128)]
    [InlineData(Aes256)]
    public void A_change_in_any_bit_makes_an_alert_worthless(string cipher)
    {
        using DtlsPair pair = Confirmed(cipher);
        pair.Client.HandleClose();
        byte[] alert = Assert.Single(DtlsPair.Drain(pair.Client));
        Assert.Equal(AlertDatagramBytes, alert.Length);
        for (int bit = 0; bit < 8 * alert.Length; bit++)
        {
            byte[] changed = [.. alert];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            DropReason reason = pair.Server.HandleDatagram(changed, pair.Now);
            Assert.True(reason is DropReason.DtlsUnexpected or DropReason.DtlsMalformed, $"bit {bit}: {reason}");
            Assert.True(pair.Server.State == DtlsState.Connected, $"bit {bit}");
        }

        Assert.Empty(DtlsPair.Drain(pair.Server));
        Assert.Equal(DropReason.None, pair.Server.HandleDatagram(alert, pair.Now));
        Assert.Equal(CloseReason.PeerClosed, pair.Server.CloseReason);
    }

    [Fact]
    public void An_alert_behind_other_records_is_found()
    {
        using DtlsPair pair = Confirmed(Aes128);
        ClientMisuse.SendApplicationData(pair.Client, new byte[100]);
        byte[] data = Assert.Single(DtlsPair.Drain(pair.Client));
        Assert.Equal(DropReason.DtlsUnexpected, pair.Server.HandleDatagram(data, pair.Now));
        pair.Client.HandleClose();
        pair.Server.HandleDatagram([.. data, .. Assert.Single(DtlsPair.Drain(pair.Client))], pair.Now);
        Assert.Equal(CloseReason.PeerClosed, pair.Server.CloseReason);
    }

    [Fact]
    public void Once_disposed_of_it_has_no_key_any_more()
    {
        using DtlsPair pair = new();
        Assert.True(pair.Run().IsConnected);
        DtlsAlerts alerts = DtlsAlerts.TryCreate(pair.Server.Ssl, DtlsRole.Server)!;
        pair.Client.HandleClose();
        byte[] alert = Assert.Single(DtlsPair.Drain(pair.Client));
        Assert.Equal(CloseReason.PeerClosed, alerts.Read(alert));
        alerts.Dispose();
        Assert.Equal(CloseReason.None, alerts.Read(alert));
    }

    [Fact]
    public void Another_connections_alert_ends_nothing()
    {
        using DtlsPair pair = Confirmed(Aes128);
        using DtlsPair other = Confirmed(Aes128);
        other.Client.HandleClose();
        pair.Server.HandleDatagram(Assert.Single(DtlsPair.Drain(other.Client)), pair.Now);
        Assert.Equal(DtlsState.Connected, pair.Server.State);
    }

    [Fact]
    public void Everything_of_the_handshake_again_is_dropped_and_garbage_too()
    {
        using DtlsPair pair = Confirmed(Aes128);
        Random random = new(7);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] datagram = [.. pair.FromClient[random.Next(pair.FromClient.Count)]];
            datagram[random.Next(datagram.Length)] ^= (byte)random.Next(256);
            Assert.NotEqual(DropReason.None, pair.Server.HandleDatagram(datagram, pair.Now));
        }

        Assert.Equal(DtlsState.Connected, pair.Server.State);
        Assert.Empty(DtlsPair.Drain(pair.Server));
        Assert.Equal(Core.Primitives.Instant.Never, pair.Server.NextTimeout);
    }

    [Fact]
    public void Forged_alerts_allocate_nothing()
    {
        using DtlsPair pair = Confirmed(Aes128);
        pair.Client.HandleClose();
        byte[] alert = Assert.Single(DtlsPair.Drain(pair.Client));
        alert[^1] ^= 1;
        pair.Server.HandleDatagram(alert, pair.Now);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            pair.Server.HandleDatagram(alert, pair.Now);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_SSL_object_goes_only_when_connected_and_only_once()
    {
        using DtlsPair pair = new();
        pair.FireTimers();
        pair.Exchange();
        pair.Server.HandlePeerConfirmed();
        Assert.NotEqual(0, pair.Server.Ssl);

        Assert.True(pair.Run().IsConnected);
        pair.Server.HandlePeerConfirmed();
        pair.Server.HandlePeerConfirmed();
        Assert.Equal(0, pair.Server.Ssl);
        Assert.Equal(DtlsState.Connected, pair.Server.State);
        Assert.False(pair.Server.TryExportKeyingMaterial(new byte[56]));
        Assert.Empty(DtlsPair.Drain(pair.Server));

        pair.Server.HandleClose();
        pair.Server.HandlePeerConfirmed();
        Assert.Single(DtlsPair.Drain(pair.Server));
    }

    private static DtlsPair Confirmed(string cipher)
    {
        var pair = new DtlsPair();
        ClientMisuse.OfferCipher(pair.Client, cipher);
        Assert.True(pair.Run().IsConnected);
        pair.Server.HandlePeerConfirmed();
        Assert.Equal(0, pair.Server.Ssl);
        return pair;
    }
}
