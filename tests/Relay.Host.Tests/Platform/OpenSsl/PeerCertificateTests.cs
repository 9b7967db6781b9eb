using Relay.Core.Dtls;
using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

// With certificates it is tested through the handshakes of OpenSslDtlsAssociationTests.
public class PeerCertificateTests
{
    [Fact]
    public void No_certificate_matches_nothing() => Assert.False(PeerCertificate.Matches(0, TestCertificates.Client.Fingerprint));

    [Fact]
    public void A_fingerprint_of_no_hash_function_matches_nothing() => Assert.False(PeerCertificate.Matches(0, default(DtlsFingerprint)));
}
