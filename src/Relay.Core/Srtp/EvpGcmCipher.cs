using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>AEAD_AES_128_GCM and AEAD_AES_256_GCM (RFC 7714) through OpenSSL's EVP.</summary>
internal sealed unsafe class EvpGcmCipher : SrtpCipher
{
    public const int IvBytes = SrtpIv.GcmBytes;
    public const int TagBytes = 16;

    private readonly EvpContext _context;
    private readonly byte[] _salt;

    /// <param name="key">16 or 32 bytes.</param>
    /// <param name="salt">12 bytes.</param>
    /// <param name="encrypt">True to seal, false to open; a context does one of them.</param>
    public EvpGcmCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, bool encrypt)
    {
        Invariant.Holds(salt.Length == IvBytes, "a GCM salt of the wrong length");
        _salt = salt.ToArray();
        _context = EvpContext.CreateGcm(key, encrypt);
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
            && Authenticate(header)
            && Authenticate(suffix)
            && Transform(prefix, body[..prefix.Length])
            && Transform(payload, body[prefix.Length..])
            && Finish();
        Invariant.Holds(done, "OpenSSL failed to seal a packet");
        fixed (byte* tagPointer = tag)
        {
            done = LibCrypto.CipherContextControl(_context.Pointer, LibCrypto.ControlGetTag, TagBytes, tagPointer) == 1;
        }

        Invariant.Holds(done, "OpenSSL gave no tag");
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
        bool isReady = Start(ssrc, index) && SetExpectedTag(tag) && Authenticate(header) && Authenticate(suffix);
        Invariant.Holds(isReady, "OpenSSL failed to start a packet");
        if (Transform(body, plaintext) && Finish())
        {
            GC.KeepAlive(_context);
            return true;
        }

        // EVP decrypts before it knows the tag. In place, the keystream once more gives the ciphertext back, so that the
        // caller may try another index.
        if (body.Overlaps(plaintext))
        {
            bool restored = Start(ssrc, index) && Transform(plaintext, plaintext);
            Invariant.Holds(restored, "OpenSSL failed to restore a packet");
        }
        else
        {
            plaintext.Clear();
        }

        GC.KeepAlive(_context);
        return false;
    }

    public override void Dispose()
    {
        _context.Dispose();
        CryptographicOperations.ZeroMemory(_salt);
    }

    private bool Start(uint ssrc, ulong index)
    {
        byte* iv = stackalloc byte[IvBytes];
        SrtpIv.WriteGcm(new Span<byte>(iv, IvBytes), _salt, ssrc, index);
        return LibCrypto.CipherInit(_context.Pointer, 0, 0, null, iv, LibCrypto.KeepDirection) == 1;
    }

    private bool SetExpectedTag(ReadOnlySpan<byte> tag)
    {
        fixed (byte* pointer = tag)
        {
            return LibCrypto.CipherContextControl(_context.Pointer, LibCrypto.ControlSetTag, TagBytes, pointer) == 1;
        }
    }

    private bool Authenticate(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return true;
        }

        int length;
        fixed (byte* pointer = data)
        {
            return LibCrypto.CipherUpdate(_context.Pointer, null, &length, pointer, data.Length) == 1;
        }
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

    private bool Finish()
    {
        int length;
        byte none;
        return LibCrypto.CipherFinal(_context.Pointer, &none, &length) == 1;
    }
}
