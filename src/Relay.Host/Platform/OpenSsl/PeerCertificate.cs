using System.Security.Cryptography;
using Relay.Core.Dtls;

namespace Relay.Host.Platform.OpenSsl;

/// <summary>
/// Whether a certificate that a peer shows is the one that its offer named (RFC 8122 section 5), and one whose signatures the
/// relay verifies.
/// </summary>
internal static unsafe class PeerCertificate
{
    /// <summary>
    /// The longest RSA key. RFC 8827 section 6.5 asks for P-256 and W3C's WebRTC for RSA of 2048 bits; OpenSSL would take 16,384,
    /// and many milliseconds of the thread that makes everybody's handshakes.
    /// </summary>
    internal const int RsaKeyMaxBits = 4096;

    // Elliptic curves have up to 571 bits. What else there is (DSA) has over 1024 and no use.
    private const int OtherKeyMaxBits = 1024;

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

    /// <summary>False for no certificate, and for a key that takes long to verify a signature with.</summary>
    /// <param name="certificate">An OpenSSL <c>X509</c>, or 0.</param>
    internal static bool HasAffordableKey(nint certificate)
    {
        nint key = certificate == 0 ? 0 : LibCrypto.X509_get0_pubkey(certificate);
        return key != 0 && IsAffordable(LibCrypto.EVP_PKEY_get_base_id(key), LibCrypto.EVP_PKEY_get_bits(key));
    }

    /// <summary>The same for OpenSSL's number of the key's algorithm and the key's length.</summary>
    internal static bool IsAffordable(int type, int bits) =>
        bits <= (type is LibCrypto.EvpPkeyRsa or LibCrypto.EvpPkeyRsaPss ? RsaKeyMaxBits : OtherKeyMaxBits);
}
