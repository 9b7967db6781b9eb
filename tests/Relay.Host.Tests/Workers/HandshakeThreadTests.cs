using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Relay.Host.Platform.OpenSsl;
using Relay.Host.Tests.Platform.OpenSsl;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Workers;

[Collection(nameof(AloneInTheProcess))]
public sealed class HandshakeThreadTests : IDisposable
{
    private readonly SemaphoreSlim _woken = new(0);

    public void Dispose() => _woken.Dispose();

    [Fact]
    public void A_real_handshake_ends_with_equal_keys_on_both_sides()
    {
        using var clients = new OpenSslDtlsAssociationFactory(DtlsRole.Client, new DtlsOptions(), TestCertificates.Client);
        using var servers = new OpenSslDtlsAssociationFactory(new DtlsOptions(), TestCertificates.Server);
        using HandshakeThread thread = Start(servers, 4);
        using IDtlsAssociation client = clients.Create(thread.LocalFingerprint, 0);
        using IDtlsAssociation server = thread.Create(TestCertificates.Client.Fingerprint, 2);
        client.HandleTimeout(MonotonicClock.Now);
        byte[] buffer = new byte[2048];
        for (int turn = 0; turn < 20 && !(client.State == DtlsState.Connected && server.State == DtlsState.Connected); turn++)
        {
            bool isLent = false;
            while (client.TryDequeueDatagram(buffer, out int length))
            {
                isLent = true;
                Assert.Equal(DropReason.None, server.HandleDatagram(buffer.AsSpan(0, length), MonotonicClock.Now));
            }

            while (isLent && _woken.Wait(TimeSpan.FromSeconds(20)) && thread.TryTakeBack(out int slot))
            {
                Assert.Equal(2, slot);
                isLent = server.State == DtlsState.Connecting && server.NextTimeout == Instant.Never;
            }

            while (server.TryDequeueDatagram(buffer, out int length))
            {
                client.HandleDatagram(buffer.AsSpan(0, length), MonotonicClock.Now);
            }
        }

        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (client.State, server.State));
        byte[] ours = new byte[56];
        byte[] theirs = new byte[56];
        Assert.True(client.TryExportKeyingMaterial(ours) && server.TryExportKeyingMaterial(theirs));
        Assert.Equal(ours, theirs);
    }

    [Fact]
    public void Too_many_at_once_are_refused()
    {
        var dtls = new BlockingDtls();
        using HandshakeThread thread = Start(dtls, 2);
        IDtlsAssociation[] associations = [.. Enumerable.Range(0, 3).Select(slot => thread.Create(default, slot))];
        DropReason[] outcomes = [.. associations.Select(association => association.HandleDatagram([1], Instant.Zero))];
        dtls.LetGoOn(10);
        Assert.Equal([DropReason.None, DropReason.None, DropReason.DtlsQueueFull], outcomes);
        Assert.All(associations, association => association.Dispose());
    }

    [Fact]
    public void Its_end_frees_what_is_still_lent()
    {
        long before = OpenSslObjects.Live;
        using (var servers = new OpenSslDtlsAssociationFactory(new DtlsOptions(), TestCertificates.Server))
        {
            HandshakeThread thread = Start(servers, 8);
            for (int slot = 0; slot < 8; slot++)
            {
                IDtlsAssociation server = thread.Create(TestCertificates.Client.Fingerprint, slot);
                server.HandleDatagram([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], Instant.Zero);
                server.Dispose();
            }

            thread.Dispose();
        }

        Assert.Equal(before, OpenSslObjects.Live);
    }

    [Fact]
    public void Ended_at_any_moment_of_its_life_an_association_leaves_nothing_behind()
    {
        long before = OpenSslObjects.Live;
        using (var clients = new OpenSslDtlsAssociationFactory(DtlsRole.Client, new DtlsOptions(), TestCertificates.Client))
        using (var servers = new OpenSslDtlsAssociationFactory(new DtlsOptions(), TestCertificates.Server))
        {
            HandshakeThread thread = Start(servers, 4);
            HashSet<DtlsState> ends = [];
            for (int seed = 0; seed < 300; seed++)
            {
                ends.Add(Live(clients, thread, new Random(seed)));
            }

            thread.Dispose();
            Assert.Equal([DtlsState.Connecting, DtlsState.Connected], ends.Order());
        }

        Assert.Equal(before, OpenSslObjects.Live);
    }

    // Steps in any order, most of them without waiting for the other thread. Returns the state in which it was ended.
    private DtlsState Live(IDtlsAssociationFactory clients, HandshakeThread thread, Random random)
    {
        using IDtlsAssociation client = clients.Create(thread.LocalFingerprint, 0);
        using IDtlsAssociation server = thread.Create(TestCertificates.Client.Fingerprint, 0);
        byte[] buffer = new byte[2048];
        client.HandleTimeout(MonotonicClock.Now);
        for (int step = random.Next(60); step > 0; step--)
        {
            switch (random.Next(6))
            {
                case 0 or 1 when client.TryDequeueDatagram(buffer, out int length):
                    server.HandleDatagram(buffer.AsSpan(0, length), MonotonicClock.Now);
                    break;

                case 2 or 3 when server.TryDequeueDatagram(buffer, out int length):
                    client.HandleDatagram(buffer.AsSpan(0, length), MonotonicClock.Now);
                    break;

                case 4:
                    while (thread.AwayCount > 0 && !thread.TryTakeBack(out _))
                    {
                        Assert.True(_woken.Wait(TimeSpan.FromSeconds(20)));
                    }

                    break;

                case 5 when server.State == DtlsState.Connected && server.TryExportKeyingMaterial(buffer.AsSpan(0, 56)):
                    server.HandlePeerConfirmed();
                    break;

                default:
                    thread.TryTakeBack(out _);
                    break;
            }
        }

        DtlsState end = server.State;
        server.HandleClose();
        server.Dispose();
        server.Dispose();
        return end;
    }

    private HandshakeThread Start(IDtlsAssociationFactory factory, int capacity)
    {
        var thread = new HandshakeThread(0, factory, capacity, () => _woken.Release());
        thread.Start();
        return thread;
    }
}
