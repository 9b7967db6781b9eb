using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

/// <summary>A client and a server, and a link between them on a clock of its own.</summary>
internal sealed class DtlsPair : IDisposable
{
    internal const int DatagramMaxBytes = 1200;

    private readonly List<IDisposable> _owned = [];

    internal DtlsPair(DtlsPairSetup? setup = null)
    {
        setup ??= new DtlsPairSetup();
        DtlsCertificate? shown = setup.HasClientCertificate ? setup.ClientCertificate ?? TestCertificates.Client : null;
        DtlsOptions client = setup.ClientProfiles is null ? new() : new() { SrtpProfiles = setup.ClientProfiles };
        DtlsOptions server = setup.ServerProfiles is null ? new() : new() { SrtpProfiles = setup.ServerProfiles };
        OpenSslDtlsAssociationFactory clients = Own(new OpenSslDtlsAssociationFactory(DtlsRole.Client, client, shown));
        OpenSslDtlsAssociationFactory servers = Own(new OpenSslDtlsAssociationFactory(server, TestCertificates.Server));
        DtlsFingerprint clientFingerprint = (shown ?? TestCertificates.Client).Fingerprint;
        DtlsFingerprint expectedClient = setup.ExpectedClient ?? clientFingerprint;
        DtlsFingerprint expectedServer = setup.ExpectedServer ?? servers.LocalFingerprint;
        Client = Own((OpenSslDtlsAssociation)clients.Create(expectedServer, 0));
        Server = Own((OpenSslDtlsAssociation)servers.Create(expectedClient, 0));
    }

    internal OpenSslDtlsAssociation Client { get; }

    internal OpenSslDtlsAssociation Server { get; }

    internal Instant Now { get; private set; } = Instant.Zero + TimeSpan.FromHours(1);

    /// <summary>Datagrams that the client sent so far, lost ones included.</summary>
    internal List<byte[]> FromClient { get; } = [];

    internal List<byte[]> FromServer { get; } = [];

    /// <summary>Takes what the sender sent and how many it had sent before; returns what arrives.</summary>
    internal Func<byte[], int, IEnumerable<byte[]>> ClientToServer { get; set; } = (datagram, _) => [datagram];

    internal Func<byte[], int, IEnumerable<byte[]>> ServerToClient { get; set; } = (datagram, _) => [datagram];

    internal bool IsConnected => Client.State == DtlsState.Connected && Server.State == DtlsState.Connected;

    /// <summary>Runs until both have ended the handshake one way or the other, or no timer is left.</summary>
    internal DtlsPair Run()
    {
        for (int round = 0; round < 1_000; round++)
        {
            if (Exchange())
            {
                continue;
            }

            Instant next = Instant.Min(Client.NextTimeout, Server.NextTimeout);
            if (next == Instant.Never)
            {
                return this;
            }

            Now = next > Now ? next : Now;
            FireTimers();
        }

        Assert.Fail("The pair never came to rest.");
        return this;
    }

    internal void FireTimers()
    {
        Client.HandleTimeout(Now);
        Server.HandleTimeout(Now);
    }

    internal void Advance(TimeSpan time) => Now += time;

    /// <summary>Carries what is waiting, both ways, once; false if there was nothing.</summary>
    internal bool Exchange() =>
        Carry(Client, Server, FromClient, ClientToServer) | Carry(Server, Client, FromServer, ServerToClient);

    internal static List<byte[]> Drain(IDtlsAssociation association)
    {
        List<byte[]> datagrams = [];
        byte[] buffer = new byte[DatagramMaxBytes];
        while (association.TryDequeueDatagram(buffer, out int length))
        {
            Assert.InRange(length, DtlsRecordReader.HeaderBytes, DatagramMaxBytes);
            datagrams.Add(buffer[..length]);
        }

        return datagrams;
    }

    internal void AssertSameKeys(int bytes)
    {
        byte[] ofClient = new byte[bytes];
        byte[] ofServer = new byte[bytes];
        Assert.True(Client.TryExportKeyingMaterial(ofClient));
        Assert.True(Server.TryExportKeyingMaterial(ofServer));
        Assert.Equal(ofClient, ofServer);
        Assert.NotEqual(new byte[bytes], ofServer);
    }

    public void Dispose()
    {
        for (int i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }
    }

    private bool Carry(
        OpenSslDtlsAssociation from,
        OpenSslDtlsAssociation to,
        List<byte[]> log,
        Func<byte[], int, IEnumerable<byte[]>> link)
    {
        bool hasCarried = false;
        foreach (byte[] datagram in Drain(from))
        {
            hasCarried = true;
            log.Add(datagram);
            foreach (byte[] arriving in link(datagram, log.Count - 1))
            {
                DropReason reason = to.HandleDatagram(arriving, Now);
                Assert.True(reason is DropReason.None or (>= DropReason.DtlsMalformed and <= DropReason.DtlsUnexpected), $"{reason}");
            }
        }

        return hasCarried;
    }

    private T Own<T>(T disposable)
        where T : IDisposable
    {
        _owned.Add(disposable);
        return disposable;
    }
}
