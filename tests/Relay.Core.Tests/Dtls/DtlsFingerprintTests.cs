using Relay.Core.Dtls;
using Xunit;

namespace Relay.Core.Tests.Dtls;

public class DtlsFingerprintTests
{
    [Theory]
    [InlineData(DtlsFingerprintAlgorithm.Sha256, 32)]
    [InlineData(DtlsFingerprintAlgorithm.Sha384, 48)]
    [InlineData(DtlsFingerprintAlgorithm.Sha512, 64)]
    public void A_fingerprint_keeps_its_digest(DtlsFingerprintAlgorithm algorithm, int length)
    {
        byte[] digest = [.. Enumerable.Range(1, length).Select(i => (byte)i)];
        var fingerprint = new DtlsFingerprint(algorithm, digest);
        Assert.Equal(algorithm, fingerprint.Algorithm);
        Assert.Equal(digest, fingerprint.Value.ToArray());
    }

    [Theory]
    [InlineData(DtlsFingerprintAlgorithm.Sha256, 31)]
    [InlineData(DtlsFingerprintAlgorithm.Sha256, 33)]
    [InlineData(DtlsFingerprintAlgorithm.Sha512, 0)]
    [InlineData(DtlsFingerprintAlgorithm.None, 1)]
    public void A_digest_of_another_length_is_refused(DtlsFingerprintAlgorithm algorithm, int length) =>
        Assert.Throws<ArgumentException>(() => new DtlsFingerprint(algorithm, new byte[length]));

    [Fact]
    public void The_default_is_no_fingerprint() => Assert.True(default(DtlsFingerprint).Value.IsEmpty);
}
