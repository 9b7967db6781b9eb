using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Relay.Core.Srtp;

/// <summary>
/// AES in counter mode, eight blocks at a time: all of AES-CM's encryption (RFC 3711 section 4.1.1), and GCM's without its
/// authentication. It is its own inverse. Only where <see cref="AesRound.IsSupported"/>.
/// </summary>
/// <remarks>
/// <code>
/// using AesKeySchedule keys = new(key);
/// Vector128&lt;byte&gt; iv = SrtpIv.CounterMode(salt, ssrc, index);
/// AesCounterMode.Transform(keys, iv, firstBlock: 0, prefix, payload, body);
/// </code>
/// </remarks>
internal static unsafe class AesCounterMode
{
    /// <summary>Encrypts or decrypts prefix and payload, one behind the other, into the output.</summary>
    /// <param name="keys">The key.</param>
    /// <param name="iv">Ends in zeros where the block counter goes, see <see cref="AesBlocks8"/>.</param>
    /// <param name="firstBlock">The counter of the first block, 0 to 7: 0 in AES-CM, 2 in GCM.</param>
    /// <param name="prefix">Outside of the output; may be empty.</param>
    /// <param name="payload">Outside of the output, or exactly where it ends up in it.</param>
    /// <param name="output">As long as both; in AES-CM at most 2^20 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Transform(
        AesKeySchedule keys,
        Vector128<byte> iv,
        int firstBlock,
        ReadOnlySpan<byte> prefix,
        ReadOnlySpan<byte> payload,
        Span<byte> output)
    {
        Debug.Assert(output.Length == prefix.Length + payload.Length && firstBlock is >= 0 and < AesBlocks8.Count);
        byte* buffer = stackalloc byte[3 * AesBlocks8.Bytes];
        fixed (byte* prefixAt = &MemoryMarshal.GetReference(prefix),
            payloadAt = &MemoryMarshal.GetReference(payload),
            outputAt = &MemoryMarshal.GetReference(output))
        {
            // The first group may be short, and is where the prefix is.
            int skipped = firstBlock * AesRound.BlockBytes;
            int count = Math.Min(AesBlocks8.Bytes - skipped, output.Length);
            PrefixedPayload input = new(prefixAt, prefix.Length, payloadAt, payload.Length, outputAt, buffer, count);
            byte* lanes = buffer + (2 * AesBlocks8.Bytes);
            AesBlocks8.WriteLanes(iv, keys.RoundKeys, lanes);
            byte* keystream = buffer + AesBlocks8.Bytes;
            uint counter = 0;
            WriteKeystream(keys, lanes, counter, keystream);
            Mix(input.First, keystream + skipped, outputAt, count);

            int position = count;
            for (; output.Length - position >= AesBlocks8.Bytes; position += AesBlocks8.Bytes)
            {
                counter += AesBlocks8.Count;
                TransformGroup(keys, lanes, counter, input.Rest + position, outputAt + position);
            }

            if (position < output.Length)
            {
                WriteKeystream(keys, lanes, counter + AesBlocks8.Count, keystream);
                Mix(input.Rest + position, keystream, outputAt + position, output.Length - position);
            }
        }

        GC.KeepAlive(keys);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformGroup(AesKeySchedule keys, byte* lanes, uint counter, byte* input, byte* output)
    {
        Vector128<byte> mix = AesBlocks8.Counter(counter);
        Vector128<byte> b0 = Vector128.Load(lanes) ^ mix;
        Vector128<byte> b1 = Vector128.Load(lanes + 16) ^ mix;
        Vector128<byte> b2 = Vector128.Load(lanes + 32) ^ mix;
        Vector128<byte> b3 = Vector128.Load(lanes + 48) ^ mix;
        Vector128<byte> b4 = Vector128.Load(lanes + 64) ^ mix;
        Vector128<byte> b5 = Vector128.Load(lanes + 80) ^ mix;
        Vector128<byte> b6 = Vector128.Load(lanes + 96) ^ mix;
        Vector128<byte> b7 = Vector128.Load(lanes + 112) ^ mix;
        AesBlocks8.Encrypt(
            keys.RoundKeys, keys.Rounds, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref b6, ref b7);
        (b0 ^ Vector128.Load(input)).Store(output);
        (b1 ^ Vector128.Load(input + 16)).Store(output + 16);
        (b2 ^ Vector128.Load(input + 32)).Store(output + 32);
        (b3 ^ Vector128.Load(input + 48)).Store(output + 48);
        (b4 ^ Vector128.Load(input + 64)).Store(output + 64);
        (b5 ^ Vector128.Load(input + 80)).Store(output + 80);
        (b6 ^ Vector128.Load(input + 96)).Store(output + 96);
        (b7 ^ Vector128.Load(input + 112)).Store(output + 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteKeystream(AesKeySchedule keys, byte* lanes, uint counter, byte* to)
    {
        Vector128<byte> mix = AesBlocks8.Counter(counter);
        Vector128<byte> b0 = Vector128.Load(lanes) ^ mix;
        Vector128<byte> b1 = Vector128.Load(lanes + 16) ^ mix;
        Vector128<byte> b2 = Vector128.Load(lanes + 32) ^ mix;
        Vector128<byte> b3 = Vector128.Load(lanes + 48) ^ mix;
        Vector128<byte> b4 = Vector128.Load(lanes + 64) ^ mix;
        Vector128<byte> b5 = Vector128.Load(lanes + 80) ^ mix;
        Vector128<byte> b6 = Vector128.Load(lanes + 96) ^ mix;
        Vector128<byte> b7 = Vector128.Load(lanes + 112) ^ mix;
        AesBlocks8.Encrypt(
            keys.RoundKeys, keys.Rounds, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref b6, ref b7);
        b0.Store(to);
        b1.Store(to + 16);
        b2.Store(to + 32);
        b3.Store(to + 48);
        b4.Store(to + 64);
        b5.Store(to + 80);
        b6.Store(to + 96);
        b7.Store(to + 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(byte* input, byte* keystream, byte* output, int count)
    {
        int i = 0;
        for (; i <= count - AesRound.BlockBytes; i += AesRound.BlockBytes)
        {
            (Vector128.Load(input + i) ^ Vector128.Load(keystream + i)).Store(output + i);
        }

        if (i < count)
        {
            Vector128<byte> last = PartialBlock.Load(input + i, count - i) ^ Vector128.Load(keystream + i);
            PartialBlock.Store(last, output + i, count - i);
        }
    }
}
