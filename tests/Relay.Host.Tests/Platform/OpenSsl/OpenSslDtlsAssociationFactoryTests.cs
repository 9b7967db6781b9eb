using Relay.Core.Dtls;
using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

public class OpenSslDtlsAssociationFactoryTests
{
    [Fact]
    public void The_local_fingerprint_is_the_certificates()
    {
        using OpenSslDtlsAssociationFactory factory = new(new DtlsOptions(), TestCertificates.Server);
        Assert.Equal(TestCertificates.Server.Fingerprint.Value.ToArray(), factory.LocalFingerprint.Value.ToArray());
    }

    [Fact]
    public void A_peer_without_a_fingerprint_is_refused()
    {
        using OpenSslDtlsAssociationFactory factory = new(new DtlsOptions(), TestCertificates.Server);
        Assert.Throws<ArgumentException>(() => factory.Create(default, 0));
    }

    [Fact]
    public void A_disposed_factory_makes_no_more_and_leaves_the_made_ones_working()
    {
        OpenSslDtlsAssociationFactory servers = new(new DtlsOptions(), TestCertificates.Server);
        OpenSslDtlsAssociationFactory clients = new(DtlsRole.Client, new DtlsOptions(), TestCertificates.Client);
        using IDtlsAssociation server = servers.Create(clients.LocalFingerprint, 0);
        using IDtlsAssociation client = clients.Create(servers.LocalFingerprint, 0);
        servers.Dispose();
        servers.Dispose();
        clients.Dispose();
        Assert.Throws<ObjectDisposedException>(() => servers.Create(TestCertificates.Client.Fingerprint, 0));

        client.HandleTimeout(default);
        for (int flight = 0; flight < 4; flight++)
        {
            DtlsPair.Drain(client).ForEach(datagram => server.HandleDatagram(datagram, default));
            DtlsPair.Drain(server).ForEach(datagram => client.HandleDatagram(datagram, default));
        }

        Assert.Equal(DtlsState.Connected, server.State);
        Assert.Equal(DtlsState.Connected, client.State);
    }

    [Fact]
    public void The_certificate_may_be_disposed_after_the_constructor()
    {
        DtlsCertificate certificate = DtlsCertificate.CreateEcdsa(DateTimeOffset.UtcNow);
        using OpenSslDtlsAssociationFactory factory = new(new DtlsOptions(), certificate);
        certificate.Dispose();
        using IDtlsAssociation association = factory.Create(TestCertificates.Client.Fingerprint, 0);
        Assert.Equal(DtlsState.Connecting, association.State);
        Assert.Equal(32, factory.LocalFingerprint.Value.Length);
    }
}
