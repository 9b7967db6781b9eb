using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

public partial class OpenSslDtlsAssociationTests
{
    private const string Aes128Gcm = "SRTP_AEAD_AES_128_GCM";
    private const string Aes256Gcm = "SRTP_AEAD_AES_256_GCM";
    private const string AesCm = "SRTP_AES128_CM_SHA1_80";

    [Theory]
    [InlineData(Aes128Gcm, 0x0007, 2 * (16 + 12), false)]
    [InlineData(Aes256Gcm, 0x0008, 2 * (32 + 12), false)]
    [InlineData(AesCm, 0x0001, 2 * (16 + 14), false)]
    [InlineData(Aes128Gcm, 0x0007, 2 * (16 + 12), true)]
    [InlineData(Aes256Gcm, 0x0008, 2 * (32 + 12), true)]
    [InlineData(AesCm, 0x0001, 2 * (16 + 14), true)]
    public void A_handshake_connects_with_the_same_keys_on_both_sides(string profile, int id, int keyBytes, bool isRsa)
    {
        using DtlsPair pair = new(new DtlsPairSetup
        {
            ClientProfiles = profile,
            ClientCertificate = isRsa ? TestCertificates.RsaClient : TestCertificates.Client,
        });
        pair.Run();

        Assert.True(pair.IsConnected);
        Assert.Equal(id, pair.Server.SrtpProfile);
        Assert.Equal(id, pair.Client.SrtpProfile);
        Assert.Equal(CloseReason.None, pair.Server.CloseReason);
        pair.AssertSameKeys(keyBytes);
    }

    [Theory]
    [InlineData(AesCm + ":" + Aes256Gcm + ":" + Aes128Gcm, 0x0007)]
    [InlineData(AesCm + ":" + Aes256Gcm, 0x0008)]
    [InlineData("SRTP_AES128_CM_SHA1_32:" + AesCm, 0x0001)]
    public void The_servers_order_of_profiles_decides(string offered, int id)
    {
        using DtlsPair pair = new(new DtlsPairSetup { ClientProfiles = offered });
        Assert.Equal(id, pair.Run().Server.SrtpProfile);
    }

    [Fact]
    public void The_order_of_profiles_is_an_option()
    {
        using DtlsPair pair = new(new DtlsPairSetup { ServerProfiles = AesCm + ":" + Aes128Gcm });
        Assert.Equal(0x0001, pair.Run().Server.SrtpProfile);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SRTP_AES128_CM_SHA1_32")]
    public void Without_a_common_profile_the_handshake_fails(string offered)
    {
        using DtlsPair pair = new(new DtlsPairSetup { ClientProfiles = offered });
        pair.Run();

        Assert.Equal(DtlsState.Closed, pair.Client.State);
        Assert.Equal(CloseReason.DtlsFailed, pair.Client.CloseReason);
        Assert.Equal(DtlsState.Closed, pair.Server.State);
        Assert.Equal(CloseReason.DtlsFailed, pair.Server.CloseReason);
    }

    [Theory]
    [InlineData(DtlsFingerprintAlgorithm.Sha256)]
    [InlineData(DtlsFingerprintAlgorithm.Sha384)]
    [InlineData(DtlsFingerprintAlgorithm.Sha512)]
    public void The_expected_fingerprint_may_be_of_any_hash_function(DtlsFingerprintAlgorithm algorithm)
    {
        using DtlsPair right = new(new DtlsPairSetup { ExpectedClient = TestCertificates.Client.FingerprintBy(algorithm) });
        Assert.True(right.Run().IsConnected);

        using DtlsPair wrong = new(new DtlsPairSetup { ExpectedClient = TestCertificates.Stranger.FingerprintBy(algorithm) });
        Assert.Equal(CloseReason.FingerprintMismatch, wrong.Run().Server.CloseReason);
    }

    [Fact]
    public void Another_certificate_than_the_offers_never_connects_and_exports_no_keys()
    {
        using DtlsPair pair = new(new DtlsPairSetup { ExpectedClient = TestCertificates.Stranger.Fingerprint });
        List<DtlsState> states = [];
        pair.ClientToServer = (datagram, _) =>
        {
            states.Add(pair.Server.State);
            return [datagram];
        };
        pair.Run();

        Assert.DoesNotContain(DtlsState.Connected, states);
        Assert.Equal(DtlsState.Closed, pair.Server.State);
        Assert.Equal(CloseReason.FingerprintMismatch, pair.Server.CloseReason);
        Assert.Equal(0, pair.Server.SrtpProfile);
        Assert.False(pair.Server.TryExportKeyingMaterial(new byte[56]));

        // The alert tells the client.
        Assert.Equal(DtlsState.Closed, pair.Client.State);
        Assert.Equal(CloseReason.DtlsFailed, pair.Client.CloseReason);
    }

    [Fact]
    public void A_fingerprint_that_differs_in_its_last_bit_is_another()
    {
        byte[] digest = TestCertificates.Client.Fingerprint.Value.ToArray();
        digest[^1] ^= 1;
        DtlsFingerprint other = new(DtlsFingerprintAlgorithm.Sha256, digest);
        using DtlsPair pair = new(new DtlsPairSetup { ExpectedClient = other });
        Assert.Equal(CloseReason.FingerprintMismatch, pair.Run().Server.CloseReason);
    }

    [Fact]
    public void A_client_without_a_certificate_fails()
    {
        using DtlsPair pair = new(new DtlsPairSetup { HasClientCertificate = false });
        pair.Run();
        Assert.Equal(DtlsState.Closed, pair.Server.State);
        Assert.Equal(CloseReason.DtlsFailed, pair.Server.CloseReason);
    }

    // With a key of 16,384 bits and a long exponent the server took 4.3 ms to verify a signature, nine times a handshake.
    [Fact]
    public void A_certificate_whose_key_is_too_dear_fails()
    {
        using DtlsCertificate dear = DtlsCertificate.CreateRsa(PeerCertificate.RsaKeyMaxBits + 128, DateTimeOffset.UtcNow);
        using DtlsPair pair = new(new DtlsPairSetup { ClientCertificate = dear });
        pair.Run();
        Assert.Equal(CloseReason.DtlsFailed, pair.Server.CloseReason);
        Assert.Equal(CloseReason.DtlsFailed, pair.Client.CloseReason);
    }

    [Fact]
    public void A_server_waits_without_a_timer_until_the_first_datagram()
    {
        using DtlsPair pair = new();
        pair.Server.HandleTimeout(pair.Now);

        Assert.Equal(Instant.Never, pair.Server.NextTimeout);
        Assert.Equal(DtlsState.Connecting, pair.Server.State);
        Assert.Empty(DtlsPair.Drain(pair.Server));
    }

    [Fact]
    public void A_connected_association_has_no_timer()
    {
        using DtlsPair pair = new();
        pair.Run();
        Assert.Equal(Instant.Never, pair.Server.NextTimeout);
        Assert.Equal(Instant.Never, pair.Client.NextTimeout);
    }

    // One that keeps its two record buffers takes 33 KB more.
    [Fact]
    public void A_connected_association_holds_no_record_buffers()
    {
        const int Pairs = 100;
        const long BytesMax = 55_000;
        using var servers = new OpenSslDtlsAssociationFactory(new DtlsOptions(), TestCertificates.Server);
        using var clients = new OpenSslDtlsAssociationFactory(DtlsRole.Client, new DtlsOptions(), TestCertificates.Client);
        List<IDtlsAssociation> all = [.. Connect(clients, servers)];
        long before = AllocatedByC();
        for (int i = 0; i < Pairs; i++)
        {
            all.AddRange(Connect(clients, servers));
        }

        long each = (AllocatedByC() - before) / (2 * Pairs);
        all.ForEach(association => association.Dispose());
        Assert.InRange(each, 1, BytesMax);
    }

    [Fact]
    public void Keys_are_not_exported_before_the_handshake_ends()
    {
        using DtlsPair pair = new();
        pair.FireTimers();
        Assert.True(pair.Exchange());
        Assert.Equal(DtlsState.Connecting, pair.Server.State);
        Assert.False(pair.Server.TryExportKeyingMaterial(new byte[56]));
        Assert.Equal(0, pair.Server.SrtpProfile);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_close_notify_closes_both_sides(bool isServerFirst)
    {
        using DtlsPair pair = new();
        pair.Run();
        OpenSslDtlsAssociation first = isServerFirst ? pair.Server : pair.Client;
        OpenSslDtlsAssociation second = isServerFirst ? pair.Client : pair.Server;

        first.HandleClose();
        Assert.Equal(DtlsState.Closed, first.State);
        Assert.Equal(CloseReason.Requested, first.CloseReason);
        pair.Run();

        Assert.Equal(DtlsState.Closed, second.State);
        Assert.Equal(CloseReason.PeerClosed, second.CloseReason);
        Assert.False(second.TryExportKeyingMaterial(new byte[56]));
    }

    [Fact]
    public void Closing_in_the_middle_of_the_handshake_is_silent_and_final()
    {
        using DtlsPair pair = new();
        pair.FireTimers();
        pair.Exchange();
        DtlsPair.Drain(pair.Server);
        pair.Server.HandleClose();

        Assert.Equal(CloseReason.Requested, pair.Server.CloseReason);
        Assert.Empty(DtlsPair.Drain(pair.Server));
        Assert.Equal(Instant.Never, pair.Server.NextTimeout);
        Assert.Equal(DropReason.DtlsAfterClose, pair.Server.HandleDatagram(pair.FromClient[0], pair.Now));
    }

    [Fact]
    public void Dispose_may_be_repeated_and_leaves_nothing_to_send()
    {
        using DtlsPair pair = new();
        pair.Run();
        pair.Server.Dispose();
        pair.Server.Dispose();

        Assert.Equal(DtlsState.Closed, pair.Server.State);
        pair.Server.HandleClose();
        pair.Server.HandleTimeout(pair.Now);
        Assert.Empty(DtlsPair.Drain(pair.Server));
        Assert.False(pair.Server.TryExportKeyingMaterial(new byte[56]));
        Assert.Equal(DropReason.DtlsAfterClose, pair.Server.HandleDatagram(pair.FromClient[0], pair.Now));
    }

    private static IDtlsAssociation[] Connect(OpenSslDtlsAssociationFactory clients, OpenSslDtlsAssociationFactory servers)
    {
        IDtlsAssociation client = clients.Create(servers.LocalFingerprint, 0);
        IDtlsAssociation server = servers.Create(clients.LocalFingerprint, 0);
        client.HandleTimeout(default);
        for (int flight = 0; flight < 4; flight++)
        {
            DtlsPair.Drain(client).ForEach(datagram => server.HandleDatagram(datagram, default));
            DtlsPair.Drain(server).ForEach(datagram => client.HandleDatagram(datagram, default));
        }

        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (client.State, server.State));
        return [client, server];
    }

    private static long AllocatedByC() => (long)ReadMemory()[Allocated];

    // The eighth of the ten counts in struct mallinfo2: bytes handed out, of all arenas.
    private const int Allocated = 7;

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial MemoryCounts ReadMemory();

    [InlineArray(10)]
    private struct MemoryCounts
    {
        private nuint _first;
    }
}
