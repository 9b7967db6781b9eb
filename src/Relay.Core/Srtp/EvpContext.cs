using System.Runtime.InteropServices;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// One EVP_CIPHER_CTX with its key set once; packets only set the IV. Freed (and its key schedule cleansed by OpenSSL) by
/// Dispose, or by the finalizer if somebody forgot. Not for two threads at once.
/// </summary>
public sealed unsafe class EvpContext : SafeHandle
{
    private static long _liveCount;

    private EvpContext(nint context)
        : base(0, ownsHandle: true)
    {
        SetHandle(context);
        Interlocked.Increment(ref _liveCount);
    }

    /// <summary>Native contexts alive in this process: what a leak would make grow.</summary>
    public static long LiveCount => Interlocked.Read(ref _liveCount);

    public override bool IsInvalid => handle == 0;

    /// <summary>
    /// The raw pointer, for calls that may not pay for reference counting. The caller keeps this object alive until the
    /// call returns.
    /// </summary>
    internal nint Pointer => handle;

    /// <summary>AES-GCM with a 12-byte IV, under a key of 16 or 32 bytes.</summary>
    internal static EvpContext CreateGcm(ReadOnlySpan<byte> key, bool encrypt)
    {
        EvpContext context = Create(key.Length == 32 ? LibCrypto.Aes256Gcm() : LibCrypto.Aes128Gcm(), key, encrypt);
        int done = LibCrypto.CipherContextControl(context.handle, LibCrypto.ControlSetIvLength, EvpGcmCipher.IvBytes, null);
        Invariant.Holds(done == 1, "OpenSSL refused a 12-byte GCM IV");
        return context;
    }

    /// <summary>AES in counter mode, which is its own inverse, under a key of 16 or 32 bytes.</summary>
    internal static EvpContext CreateCtr(ReadOnlySpan<byte> key) =>
        Create(key.Length == 32 ? LibCrypto.Aes256Ctr() : LibCrypto.Aes128Ctr(), key, encrypt: true);

    protected override bool ReleaseHandle()
    {
        LibCrypto.CipherContextFree(handle);
        Interlocked.Decrement(ref _liveCount);
        return true;
    }

    private static EvpContext Create(nint cipher, ReadOnlySpan<byte> key, bool encrypt)
    {
        nint pointer = LibCrypto.CipherContextNew();
        Invariant.Holds(pointer != 0, "OpenSSL has no memory for a cipher context");
        EvpContext context = new(pointer);
        fixed (byte* keyPointer = key)
        {
            int done = LibCrypto.CipherInit(pointer, cipher, 0, keyPointer, null, encrypt ? 1 : 0);
            Invariant.Holds(done == 1, "OpenSSL refused a cipher");
        }

        return context;
    }
}
