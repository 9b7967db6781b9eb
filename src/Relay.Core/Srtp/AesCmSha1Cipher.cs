using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Relay.Core.Diagnostics;
using AesNi = System.Runtime.Intrinsics.X86.Aes;

namespace Relay.Core.Srtp;

/// <summary>
/// AES128_CM_HMAC_SHA1_80 with the counter mode of the processor's AES instructions, eight blocks at a time: a round takes
/// several cycles but two can start in each, so that eight independent blocks keep the unit busy. Only where
/// <see cref="IsSupported"/>.
/// </summary>
internal sealed unsafe class AesCmSha1Cipher : CmSha1Cipher
{
    private const int KeyBytes = 16;
    private const int Rounds = 10;
    private const int BlockBytes = 16;
    private const int GroupBlocks = 8;
    private const int GroupBytes = GroupBlocks * BlockBytes;

    // Pinned, so that the collector leaves no copies of the key behind.
    private readonly byte[] _roundKeys = GC.AllocateArray<byte>((Rounds + 1) * BlockBytes, pinned: true);

    /// <param name="key">16 bytes.</param>
    /// <param name="authenticationKey">20 bytes.</param>
    /// <param name="salt">14 bytes.</param>
    /// <param name="batch">See <see cref="CmSha1Cipher"/>.</param>
    public AesCmSha1Cipher(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> authenticationKey, ReadOnlySpan<byte> salt, SrtpBatch? batch = null)
        : base(authenticationKey, salt, batch)
    {
        Invariant.Holds(key.Length == KeyBytes, "an AES-CM key of the wrong length");
        Expand(Vector128.Create(key));
    }

    public static bool IsSupported => AesNi.IsSupported;

    public override void Dispose()
    {
        base.Dispose();
        CryptographicOperations.ZeroMemory(_roundKeys);
    }

    protected override void Transform(
        ReadOnlySpan<byte> iv, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> payload, Span<byte> output)
    {
        Vector128<byte> counter = Vector128.Create(iv);
        if (prefix.Length > 0)
        {
            // One piece is simpler than two whose blocks do not meet; the payload first, for it may be in place already.
            payload.CopyTo(output[prefix.Length..]);
            prefix.CopyTo(output);
            payload = output;
        }

        fixed (byte* input = &MemoryMarshal.GetReference(payload), to = &MemoryMarshal.GetReference(output))
        {
            Transform(counter, input, to, output.Length);
        }
    }

    [SkipLocalsInit]
    private void Transform(Vector128<byte> iv, byte* input, byte* output, int length)
    {
        byte* keys = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_roundKeys, 0);
        Vector128<byte> whitened = iv ^ Vector128.Load(keys);
        int block = 0;
        for (; length >= GroupBytes; length -= GroupBytes)
        {
            EncryptGroup(keys, whitened, block, input, output);
            block += GroupBlocks;
            input += GroupBytes;
            output += GroupBytes;
        }

        if (length == 0)
        {
            return;
        }

        byte* keystream = stackalloc byte[GroupBytes];
        new Span<byte>(keystream, GroupBytes).Clear();
        EncryptGroup(keys, whitened, block, keystream, keystream);
        int at = 0;
        for (; at <= length - BlockBytes; at += BlockBytes)
        {
            (Vector128.Load(input + at) ^ Vector128.Load(keystream + at)).Store(output + at);
        }

        for (; at < length; at++)
        {
            output[at] = (byte)(input[at] ^ keystream[at]);
        }
    }

    // 128 bytes of keystream from the block on, by exclusive or into the output.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EncryptGroup(byte* keys, Vector128<byte> whitened, int block, byte* input, byte* output)
    {
        // The block is a multiple of eight, so exclusive or adds the numbers of the other seven without a carry.
        Vector128<byte> key;
        Vector128<byte> b0 = whitened ^ Counter((uint)block);
        Vector128<byte> b1 = b0 ^ Counter(1);
        Vector128<byte> b2 = b0 ^ Counter(2);
        Vector128<byte> b3 = b0 ^ Counter(3);
        Vector128<byte> b4 = b0 ^ Counter(4);
        Vector128<byte> b5 = b0 ^ Counter(5);
        Vector128<byte> b6 = b0 ^ Counter(6);
        Vector128<byte> b7 = b0 ^ Counter(7);
        for (int round = 1; round < Rounds; round++)
        {
            key = Vector128.Load(keys + (round * BlockBytes));
            b0 = AesNi.Encrypt(b0, key);
            b1 = AesNi.Encrypt(b1, key);
            b2 = AesNi.Encrypt(b2, key);
            b3 = AesNi.Encrypt(b3, key);
            b4 = AesNi.Encrypt(b4, key);
            b5 = AesNi.Encrypt(b5, key);
            b6 = AesNi.Encrypt(b6, key);
            b7 = AesNi.Encrypt(b7, key);
        }

        key = Vector128.Load(keys + (Rounds * BlockBytes));
        (AesNi.EncryptLast(b0, key) ^ Vector128.Load(input)).Store(output);
        (AesNi.EncryptLast(b1, key) ^ Vector128.Load(input + 16)).Store(output + 16);
        (AesNi.EncryptLast(b2, key) ^ Vector128.Load(input + 32)).Store(output + 32);
        (AesNi.EncryptLast(b3, key) ^ Vector128.Load(input + 48)).Store(output + 48);
        (AesNi.EncryptLast(b4, key) ^ Vector128.Load(input + 64)).Store(output + 64);
        (AesNi.EncryptLast(b5, key) ^ Vector128.Load(input + 80)).Store(output + 80);
        (AesNi.EncryptLast(b6, key) ^ Vector128.Load(input + 96)).Store(output + 96);
        (AesNi.EncryptLast(b7, key) ^ Vector128.Load(input + 112)).Store(output + 112);
    }

    // The IV ends in 16 zero bits, where the big-endian block counter goes (RFC 3711 section 4.1.1).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Counter(uint block) =>
        Vector128.Create(0u, 0, 0, BinaryPrimitives.ReverseEndianness(block)).AsByte();

    // FIPS 197 section 5.2; each constant is part of an instruction, so there is no loop over them.
    private void Expand(Vector128<byte> key)
    {
        key = Keep(0, key);
        key = Keep(1, Next(key, AesNi.KeygenAssist(key, 0x01)));
        key = Keep(2, Next(key, AesNi.KeygenAssist(key, 0x02)));
        key = Keep(3, Next(key, AesNi.KeygenAssist(key, 0x04)));
        key = Keep(4, Next(key, AesNi.KeygenAssist(key, 0x08)));
        key = Keep(5, Next(key, AesNi.KeygenAssist(key, 0x10)));
        key = Keep(6, Next(key, AesNi.KeygenAssist(key, 0x20)));
        key = Keep(7, Next(key, AesNi.KeygenAssist(key, 0x40)));
        key = Keep(8, Next(key, AesNi.KeygenAssist(key, 0x80)));
        key = Keep(9, Next(key, AesNi.KeygenAssist(key, 0x1B)));
        Keep(10, Next(key, AesNi.KeygenAssist(key, 0x36)));
    }

    private Vector128<byte> Keep(int round, Vector128<byte> key)
    {
        key.CopyTo(_roundKeys, round * BlockBytes);
        return key;
    }

    // Each word of the next key is its forerunner mixed into all words before it.
    private static Vector128<byte> Next(Vector128<byte> key, Vector128<byte> assist)
    {
        key ^= Sse2.ShiftLeftLogical128BitLane(key, 4);
        key ^= Sse2.ShiftLeftLogical128BitLane(key, 8);
        return key ^ Sse2.Shuffle(assist.AsUInt32(), 0xFF).AsByte();
    }
}
