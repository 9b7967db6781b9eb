using System.Globalization;
using System.Text;

namespace Relay.Core.Sdp;

/// <summary>
/// The hash functions of RFC 8122 section 5 that the relay accepts, weakest first. The values are those of
/// DtlsFingerprintAlgorithm.
/// </summary>
public enum SdpFingerprintAlgorithm : byte
{
    /// <summary>Broken (MD5, SHA-1) or unknown: never used.</summary>
    None = 0,
    Sha256,
    Sha384,
    Sha512,
}

/// <summary>A certificate's fingerprint (RFC 8122 section 5).</summary>
/// <param name="Algorithm">The hash function.</param>
/// <param name="Digest">32, 48 or 64 bytes; empty for <see cref="SdpFingerprintAlgorithm.None"/>.</param>
public sealed record SdpFingerprint(SdpFingerprintAlgorithm Algorithm, ReadOnlyMemory<byte> Digest)
{
    /// <summary>Bytes of the algorithm's digest; 0 for <see cref="SdpFingerprintAlgorithm.None"/>.</summary>
    public static int LengthOf(SdpFingerprintAlgorithm algorithm) => algorithm switch
    {
        SdpFingerprintAlgorithm.Sha256 => 32,
        SdpFingerprintAlgorithm.Sha384 => 48,
        SdpFingerprintAlgorithm.Sha512 => 64,
        _ => 0,
    };

    /// <summary>
    /// Reads "sha-256 AB:CD:...", in upper or lower case. An unknown or broken hash function gives
    /// <see cref="SdpFingerprintAlgorithm.None"/> and no digest.
    /// </summary>
    internal static bool TryParse(ReadOnlySpan<char> value, out SdpFingerprint fingerprint)
    {
        fingerprint = new SdpFingerprint(SdpFingerprintAlgorithm.None, ReadOnlyMemory<byte>.Empty);
        ReadOnlySpan<char> hash = SdpText.TakeToken(ref value);
        ReadOnlySpan<char> hex = SdpText.TakeToken(ref value);
        if (hash.IsEmpty || hex.IsEmpty || !value.IsEmpty)
        {
            return false;
        }

        SdpFingerprintAlgorithm algorithm = ParseAlgorithm(hash);
        if (algorithm == SdpFingerprintAlgorithm.None)
        {
            return true;
        }

        byte[] digest = new byte[LengthOf(algorithm)];
        if (hex.Length != (digest.Length * 3) - 1)
        {
            return false;
        }

        for (int i = 0; i < digest.Length; i++)
        {
            if ((i > 0 && hex[(i * 3) - 1] != ':')
                || !byte.TryParse(
                    hex.Slice(i * 3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out digest[i]))
            {
                return false;
            }
        }

        fingerprint = new SdpFingerprint(algorithm, digest);
        return true;
    }

    /// <summary>The value of an a=fingerprint line.</summary>
    internal static void Write(StringBuilder text, SdpFingerprintAlgorithm algorithm, ReadOnlySpan<byte> digest)
    {
        text.Append(algorithm switch
        {
            SdpFingerprintAlgorithm.Sha512 => "sha-512 ",
            SdpFingerprintAlgorithm.Sha384 => "sha-384 ",
            _ => "sha-256 ",
        });
        for (int i = 0; i < digest.Length; i++)
        {
            text.Append(i == 0 ? string.Empty : ":").Append(CultureInfo.InvariantCulture, $"{digest[i]:X2}");
        }
    }

    private static SdpFingerprintAlgorithm ParseAlgorithm(ReadOnlySpan<char> hash)
    {
        if (hash.Equals("sha-256", StringComparison.OrdinalIgnoreCase))
        {
            return SdpFingerprintAlgorithm.Sha256;
        }

        if (hash.Equals("sha-384", StringComparison.OrdinalIgnoreCase))
        {
            return SdpFingerprintAlgorithm.Sha384;
        }

        return hash.Equals("sha-512", StringComparison.OrdinalIgnoreCase)
            ? SdpFingerprintAlgorithm.Sha512
            : SdpFingerprintAlgorithm.None;
    }
}
