using System.Text;
using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpFingerprintTests
{
    [Theory]
    [InlineData("sha-256", SdpFingerprintAlgorithm.Sha256, 32)]
    [InlineData("SHA-384", SdpFingerprintAlgorithm.Sha384, 48)]
    [InlineData("sha-512", SdpFingerprintAlgorithm.Sha512, 64)]
    public void Digests_are_read_in_either_case(string name, SdpFingerprintAlgorithm algorithm, int bytes)
    {
        byte[] digest = [.. Enumerable.Range(0, bytes).Select(i => (byte)(255 - i))];
        string hex = string.Join(':', digest.Select(b => b.ToString("X2", null)));

        Assert.True(SdpFingerprint.TryParse($"{name} {hex}", out SdpFingerprint upper));
        Assert.True(SdpFingerprint.TryParse($"{name} {hex.ToLowerInvariant()}", out SdpFingerprint lower));

        Assert.Equal(algorithm, upper.Algorithm);
        Assert.Equal(digest, upper.Digest.ToArray());
        Assert.Equal(digest, lower.Digest.ToArray());
        Assert.Equal(bytes, SdpFingerprint.LengthOf(algorithm));
    }

    [Theory]
    [InlineData("sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33")]
    [InlineData("md5 anything")]
    [InlineData("blake-9 AB")]
    public void Broken_and_unknown_hashes_are_kept_without_a_digest(string value)
    {
        Assert.True(SdpFingerprint.TryParse(value, out SdpFingerprint fingerprint));
        Assert.Equal(SdpFingerprintAlgorithm.None, fingerprint.Algorithm);
        Assert.True(fingerprint.Digest.IsEmpty);
    }

    [Fact]
    public void Every_truncation_and_a_longer_digest_are_refused()
    {
        for (int length = 0; length < SdpOffers.Sha256.Length; length++)
        {
            Assert.False(SdpFingerprint.TryParse(SdpOffers.Sha256.AsSpan(0, length), out _));
        }

        Assert.True(SdpFingerprint.TryParse(SdpOffers.Sha256, out _));
        Assert.False(SdpFingerprint.TryParse(SdpOffers.Sha256 + ":21", out _));
        Assert.False(SdpFingerprint.TryParse(SdpOffers.Sha256 + " x", out _));
        Assert.False(SdpFingerprint.TryParse(SdpOffers.Sha256.Replace("0A:", "0G:", StringComparison.Ordinal), out _));
        Assert.False(SdpFingerprint.TryParse(SdpOffers.Sha256.Replace("0A:", "0A-", StringComparison.Ordinal), out _));
    }

    [Fact]
    public void What_is_written_is_what_was_read()
    {
        Assert.True(SdpFingerprint.TryParse(SdpOffers.Sha256, out SdpFingerprint fingerprint));
        var text = new StringBuilder();
        SdpFingerprint.Write(text, fingerprint.Algorithm, fingerprint.Digest.Span);
        Assert.Equal(SdpOffers.Sha256, text.ToString());
    }
}
