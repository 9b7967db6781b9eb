using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Host.Configuration;
using Relay.Host.Platform.OpenSsl;
using Relay.Host.Workers;
using Relay.Testing.Peers;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

[Collection(nameof(AloneInTheProcess))]
public class OpenSslObjectsTests(ITestOutputHelper output)
{
    private const int Cycles = 1_000;

    [Fact]
    public void A_thousand_associations_leave_no_object_and_no_memory_behind()
    {
        long liveBefore = OpenSslObjects.Live;
        for (int i = 0; i < Cycles / 5; i++)
        {
            Cycle(i);
        }

        long residentBefore = ResidentBytes();
        for (int i = 0; i < Cycles; i++)
        {
            Cycle(i);
        }

        long residentAfter = ResidentBytes();
        output.WriteLine(
            $"{Cycles} cycles: live OpenSSL objects {liveBefore} -> {OpenSslObjects.Live}, "
            + $"RSS {residentBefore / 1024} -> {residentAfter / 1024} KiB");
        Assert.Equal(liveBefore, OpenSslObjects.Live);

        // An association that leaked would leave 60 KB each time.
        Assert.InRange(residentAfter - residentBefore, long.MinValue, 20 * 1024 * 1024);
    }

    [Fact]
    public void Objects_are_counted_while_they_live()
    {
        long before = OpenSslObjects.Live;
        OpenSslDtlsAssociationFactory factory = new(new DtlsOptions(), TestCertificates.Server);
        Assert.Equal(before + 1, OpenSslObjects.Live);
        IDtlsAssociation association = factory.Create(TestCertificates.Client.Fingerprint, 0);
        Assert.Equal(before + 3, OpenSslObjects.Live);
        association.Dispose();
        association.Dispose();
        factory.Dispose();
        factory.Dispose();
        Assert.Equal(before, OpenSslObjects.Live);
    }

    [Fact]
    public void A_factory_that_cannot_be_made_leaves_nothing()
    {
        long before = OpenSslObjects.Live;
        DtlsOptions options = new() { SrtpProfiles = "SRTP_ROT13" };
        Assert.Throws<InvalidOperationException>(() => new OpenSslDtlsAssociationFactory(options, TestCertificates.Server));
        Assert.Equal(before, OpenSslObjects.Live);
    }

    [Fact]
    public async Task A_legs_objects_go_with_its_peers_first_packet_and_its_goodbye_still_ends_the_leg()
    {
        using var media = new MediaPlane(new MediaOptions { Port = 0, Workers = 1, PoolSlotsPerWorker = 1024, MaxLegsPerWorker = 4 });
        media.Start();
        await using var peer = new TestPeer(new TestPeerOptions { SendsMedia = false });
        // The peer has a context, an association and a BIO of its own.
        long withoutLegs = OpenSslObjects.Live + 3;
        peer.ApplyAnswer(media.OpenLeg(0, peer.CreateOffer()).Answer!);
        await peer.WaitConnectedAsync();
        await peer.WaitUntilAsync(() => media.LegsConnected == 1, "the relay's side");
        peer.SendAudioPacket();
        await peer.WaitUntilAsync(() => OpenSslObjects.Live == withoutLegs, "the end of the leg's objects");

        peer.CloseDtls();
        await peer.WaitUntilAsync(() => media.LegsClosed(CloseReason.PeerClosed) == 1, "the end of the leg");
    }

    /// <summary>Of four, one ends in the middle of the handshake, one with a close_notify, one is refused.</summary>
    private static void Cycle(int number)
    {
        using DtlsPair pair = new(new DtlsPairSetup
        {
            ExpectedClient = number % 4 == 3 ? TestCertificates.Stranger.Fingerprint : null,
        });
        if (number % 4 == 1)
        {
            pair.FireTimers();
            pair.Exchange();
            return;
        }

        pair.Run();
        Assert.Equal(number % 4 != 3, pair.IsConnected);
        if (number % 4 == 2)
        {
            pair.Server.HandleClose();
            pair.Run();
        }
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        const int PagesColumn = 1;
        string pages = File.ReadAllText("/proc/self/statm").Split(' ')[PagesColumn];
        return long.Parse(pages, System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }
}
