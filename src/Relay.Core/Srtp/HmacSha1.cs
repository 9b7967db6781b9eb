using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// HMAC-SHA1 (RFC 2104) under one key. The key is hashed in once; each message starts from copies of the inner and the
/// outer state. OpenSSL 3's EVP_MAC takes half as long again for a voice packet, because it allocates digest contexts for
/// every message; its SHA1_ functions run the same assembler on plain memory.
/// </summary>
internal sealed unsafe class HmacSha1 : IDisposable
{
    public const int DigestBytes = 20;

    private const int BlockBytes = 64;
    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5C;

    // Pinned, so that the collector leaves no copies of keyed state behind. [0] inner, [1] outer.
    private readonly Sha1State[] _keyed = GC.AllocateArray<Sha1State>(2, pinned: true);

    /// <param name="key">1 to 64 bytes.</param>
    public HmacSha1(ReadOnlySpan<byte> key)
    {
        Invariant.Holds(key.Length is > 0 and <= BlockBytes, "an HMAC key of the wrong length");
        Absorb(key, InnerPad, ref _keyed[0]);
        Absorb(key, OuterPad, ref _keyed[1]);
    }

    /// <summary>SHA-1's state after the inner pad, its first five words the chaining words.</summary>
    public ref readonly Sha1State InnerState => ref _keyed[0];

    /// <summary>The same after the outer pad.</summary>
    public ref readonly Sha1State OuterState => ref _keyed[1];

    /// <summary>The digest of three pieces in a row, each of which may be empty.</summary>
    /// <param name="first">Hashed first.</param>
    /// <param name="second">Hashed second.</param>
    /// <param name="third">Hashed last.</param>
    /// <param name="digest">20 bytes.</param>
    public void Compute(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, Span<byte> digest)
    {
        Invariant.Holds(digest.Length == DigestBytes, "a digest of the wrong length");
        Sha1State state = _keyed[0];
        bool done = Update(&state, first) && Update(&state, second) && Update(&state, third);
        fixed (byte* pointer = digest)
        {
            done = done && LibCrypto.Sha1Final(pointer, &state) == 1;
            state = _keyed[1];
            done = done
                && LibCrypto.Sha1Update(&state, pointer, DigestBytes) == 1
                && LibCrypto.Sha1Final(pointer, &state) == 1;
        }

        Invariant.Holds(done, "OpenSSL failed to hash");
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_keyed.AsSpan()));

    private static void Absorb(ReadOnlySpan<byte> key, byte pad, ref Sha1State keyed)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Fill(pad);
        for (int i = 0; i < key.Length; i++)
        {
            block[i] ^= key[i];
        }

        fixed (Sha1State* state = &keyed)
        {
            bool done = LibCrypto.Sha1Init(state) == 1 && Update(state, block);
            Invariant.Holds(done, "OpenSSL failed to hash a key");
        }

        CryptographicOperations.ZeroMemory(block);
    }

    private static bool Update(Sha1State* state, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return true;
        }

        fixed (byte* pointer = data)
        {
            return LibCrypto.Sha1Update(state, pointer, (nuint)data.Length) == 1;
        }
    }
}
