using System.Security.Cryptography;
using Relay.Core.Dtls;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>Whether a certificate that a peer shows is the one that its offer named (RFC 8122 section 5).</summary>
internal static unsafe class PeerCertificate
{
    /// <summary>False for no certificate, for another one, and for a fingerprint of an unknown hash function.</summary>
    /// <param name="certificate">An OpenSSL <c>X509</c>, or 0.</param>
    /// <param name="expected">The fingerprint of the offer.</param>
    internal static bool Matches(nint certificate, in DtlsFingerprint expected)
    {
        nint algorithm = expected.Algorithm switch
        {
            DtlsFingerprintAlgorithm.Sha256 => LibCrypto.EVP_sha256(),
            DtlsFingerprintAlgorithm.Sha384 => LibCrypto.EVP_sha384(),
            DtlsFingerprintAlgorithm.Sha512 => LibCrypto.EVP_sha512(),
            _ => 0,
        };
        byte* digest = stackalloc byte[LibCrypto.EvpMaxMdSize];
        uint length = 0;
        return certificate != 0
            && algorithm != 0
            && LibCrypto.X509_digest(certificate, algorithm, digest, &length) == 1
            && CryptographicOperations.FixedTimeEquals(new ReadOnlySpan<byte>(digest, (int)length), expected.Value);
    }
}
