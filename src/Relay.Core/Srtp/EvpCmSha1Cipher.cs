using System.Runtime.InteropServices;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>AES128_CM_HMAC_SHA1_80 with the counter mode of OpenSSL's EVP.</summary>
internal sealed unsafe class EvpCmSha1Cipher : CmSha1Cipher
{
    private readonly EvpContext _context;

    /// <param name="key">16 bytes.</param>
    /// <param name="authenticationKey">20 bytes.</param>
    /// <param name="salt">14 bytes.</param>
    /// <param name="batch">See <see cref="CmSha1Cipher"/>.</param>
    public EvpCmSha1Cipher(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> authenticationKey, ReadOnlySpan<byte> salt, SrtpBatch? batch = null)
        : base(authenticationKey, salt, batch)
    {
        _context = EvpContext.CreateCtr(key);
    }

    public override void Dispose()
    {
        base.Dispose();
        _context.Dispose();
    }

    protected override void Transform(
        ReadOnlySpan<byte> iv, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> payload, Span<byte> output)
    {
        bool done = Start(iv) && Update(prefix, output[..prefix.Length]) && Update(payload, output[prefix.Length..]);
        Invariant.Holds(done, "OpenSSL failed to encrypt a packet");
        GC.KeepAlive(_context);
    }

    private bool Start(ReadOnlySpan<byte> iv)
    {
        fixed (byte* pointer = iv)
        {
            return LibCrypto.CipherInit(_context.Pointer, 0, 0, null, pointer, LibCrypto.KeepDirection) == 1;
        }
    }

    private bool Update(ReadOnlySpan<byte> input, Span<byte> output)
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
