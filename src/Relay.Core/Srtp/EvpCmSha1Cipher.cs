using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// AES128_CM_HMAC_SHA1_80 (RFC 3711 sections 4.1.1 and 4.2.1): AES in counter mode through OpenSSL's EVP, then HMAC-SHA1
/// over header, ciphertext and suffix, cut to 80 bits.
/// </summary>
internal sealed unsafe class EvpCmSha1Cipher : SrtpCipher
{
    public const int TagBytes = 10;

    private readonly EvpContext _context;
    private readonly HmacSha1 _hmac;
    private readonly byte[] _salt;

    /// <param name="key">16 bytes.</param>
    /// <param name="authenticationKey">20 bytes.</param>
    /// <param name="salt">14 bytes.</param>
    public EvpCmSha1Cipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> authenticationKey, ReadOnlySpan<byte> salt)
    {
        Invariant.Holds(salt.Length == SrtpProfiles.SaltMaxBytes, "an AES-CM salt of the wrong length");
        _salt = salt.ToArray();
        _hmac = new HmacSha1(authenticationKey);
        _context = EvpContext.CreateCtr(key);
    }

    public override int TagLength => TagBytes;

    public override void Seal(
        uint ssrc,
        ulong index,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> suffix,
        ReadOnlySpan<byte> prefix,
        ReadOnlySpan<byte> payload,
        Span<byte> body,
        Span<byte> tag)
    {
        Debug.Assert(body.Length == prefix.Length + payload.Length && tag.Length == TagBytes);
        bool done = Start(ssrc, index)
            && Transform(prefix, body[..prefix.Length])
            && Transform(payload, body[prefix.Length..]);
        Invariant.Holds(done, "OpenSSL failed to seal a packet");
        Span<byte> digest = stackalloc byte[HmacSha1.DigestBytes];
        _hmac.Compute(header, body, suffix, digest);
        digest[..TagBytes].CopyTo(tag);
        GC.KeepAlive(_context);
    }

    public override bool Open(
        uint ssrc,
        ulong index,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> suffix,
        ReadOnlySpan<byte> body,
        Span<byte> plaintext,
        ReadOnlySpan<byte> tag)
    {
        Debug.Assert(plaintext.Length == body.Length && tag.Length == TagBytes);
        Span<byte> digest = stackalloc byte[HmacSha1.DigestBytes];
        _hmac.Compute(header, body, suffix, digest);
        if (!CryptographicOperations.FixedTimeEquals(digest[..TagBytes], tag))
        {
            ClearUnlessInPlace(body, plaintext);
            return false;
        }

        bool done = Start(ssrc, index) && Transform(body, plaintext);
        Invariant.Holds(done, "OpenSSL failed to open a packet");
        GC.KeepAlive(_context);
        return true;
    }

    public override void Dispose()
    {
        _context.Dispose();
        _hmac.Dispose();
        CryptographicOperations.ZeroMemory(_salt);
    }

    private bool Start(uint ssrc, ulong index)
    {
        byte* iv = stackalloc byte[SrtpIv.CounterModeBytes];
        SrtpIv.WriteCounterMode(new Span<byte>(iv, SrtpIv.CounterModeBytes), _salt, ssrc, index);
        return LibCrypto.CipherInit(_context.Pointer, 0, 0, null, iv, LibCrypto.KeepDirection) == 1;
    }

    private bool Transform(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.IsEmpty)
        {
            return true;
        }

        int length;
        fixed (byte* from = &MemoryMarshal.GetReference(input), to = &MemoryMarshal.GetReference(output))
        {
            return LibCrypto.CipherUpdate(_context.Pointer, to, &length, from, input.Length) == 1;
        }
    }
}
