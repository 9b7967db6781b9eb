using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Relay.Core.Dtls;

/// <summary>The hash functions of RFC 8122 section 5 that the relay accepts.</summary>
public enum DtlsFingerprintAlgorithm : byte
{
    None,
    Sha256,
    Sha384,
    Sha512,
}

/// <summary>A certificate's fingerprint (RFC 8122 section 5) as a plain value.</summary>
public struct DtlsFingerprint
{
    /// <summary>Bytes in the longest fingerprint, SHA-512.</summary>
    public const int MaxBytes = 64;

    private Digest _digest;

    public DtlsFingerprint(DtlsFingerprintAlgorithm algorithm, ReadOnlySpan<byte> digest)
    {
        if (digest.Length != LengthOf(algorithm))
        {
            throw new ArgumentException($"A {algorithm} fingerprint has {LengthOf(algorithm)} bytes.", nameof(digest));
        }

        Algorithm = algorithm;
        digest.CopyTo(_digest);
    }

    public DtlsFingerprintAlgorithm Algorithm { get; }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Value => ((ReadOnlySpan<byte>)_digest)[..LengthOf(Algorithm)];

    /// <summary>Bytes of the algorithm's digest; 0 for <see cref="DtlsFingerprintAlgorithm.None"/>.</summary>
    public static int LengthOf(DtlsFingerprintAlgorithm algorithm) => algorithm switch
    {
        DtlsFingerprintAlgorithm.Sha256 => 32,
        DtlsFingerprintAlgorithm.Sha384 => 48,
        DtlsFingerprintAlgorithm.Sha512 => 64,
        _ => 0,
    };

    [InlineArray(MaxBytes)]
    private struct Digest
    {
        private byte _element;
    }
}
