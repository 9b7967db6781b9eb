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

    [Fact]
    public void No_certificate_has_no_key() => Assert.False(PeerCertificate.HasAffordableKey(0));

    [Theory]
    [InlineData(6, 2048, true)]
    [InlineData(6, 4096, true)]
    [InlineData(6, 4097, false)]
    [InlineData(6, 16_384, false)]
    [InlineData(408, 256, true)]
    [InlineData(408, 521, true)]
    [InlineData(1087, 256, true)]
    [InlineData(116, 2048, false)]
    public void A_key_is_RSA_up_to_4096_bits_or_on_a_curve(int type, int bits, bool isAffordable) =>
        Assert.Equal(isAffordable, PeerCertificate.IsAffordable(type, bits));
}
