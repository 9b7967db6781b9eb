using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

public class DtlsContextTests
{
    [Fact]
    public void An_unknown_srtp_profile_is_named_in_the_error()
    {
        DtlsOptions options = new() { SrtpProfiles = "SRTP_ROT13" };
        InvalidOperationException error =
            Assert.Throws<InvalidOperationException>(() => new DtlsContext(options, TestCertificates.Server));
        Assert.Contains("SRTP_ROT13", error.Message, StringComparison.Ordinal);
        Assert.Equal((nuint)0, LibCrypto.ERR_peek_error());
    }

    [Fact]
    public void A_key_that_was_overwritten_is_refused()
    {
        DtlsCertificate certificate = DtlsCertificate.CreateEcdsa(DateTimeOffset.UtcNow);
        certificate.Dispose();
        Assert.Throws<InvalidOperationException>(() => new DtlsContext(new DtlsOptions(), certificate));
    }

    [Theory]
    [InlineData("ECDHE-ECDSA-AES128-GCM-SHA256", true)]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384", true)]
    [InlineData("ECDHE-ECDSA-AES128-SHA", false)]
    [InlineData("ECDHE-RSA-AES128-GCM-SHA256", false)]
    public void Only_suites_with_forward_secrecy_and_authenticated_encryption_connect(string cipher, bool connects)
    {
        using DtlsPair pair = new();
        ClientMisuse.OfferCipher(pair.Client, cipher);
        Assert.Equal(connects, pair.Run().IsConnected);
    }

    [Theory]
    [InlineData("X25519:P-256", true)]
    [InlineData("P-256", true)]
    [InlineData("P-384:P-256", true)]
    [InlineData("P-521", false)]
    public void X25519_and_the_nist_curves_up_to_384_bits_connect(string groups, bool connects)
    {
        using DtlsPair pair = new();
        ClientMisuse.OfferGroups(pair.Client, groups);
        Assert.Equal(connects, pair.Run().IsConnected);
    }
}
