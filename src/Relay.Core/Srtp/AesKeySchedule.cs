using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// The round keys of one AES key (FIPS 197 section 5.2), in pinned memory, so that the collector leaves no copies of them
/// behind. Zeros after Dispose. Only where <see cref="AesRound.IsSupported"/>.
/// </summary>
internal sealed unsafe class AesKeySchedule : IDisposable
{
    private const int WordBytes = 4;
    private const int WordsPerBlock = AesRound.BlockBytes / WordBytes;
    private const int Alignment = 64;

    private readonly byte[] _memory;

    /// <param name="key">16 or 32 bytes.</param>
    public AesKeySchedule(ReadOnlySpan<byte> key)
    {
        Invariant.Holds(key.Length is 16 or 32, "an AES key of the wrong length");
        Rounds = (key.Length / WordBytes) + 6;
        int length = (Rounds + 1) * AesRound.BlockBytes;
        _memory = GC.AllocateArray<byte>(length + Alignment - 1, pinned: true);
        fixed (byte* memory = _memory)
        {
            RoundKeys = (byte*)(((nuint)memory + Alignment - 1) & ~(nuint)(Alignment - 1));
        }

        Expand(key, (uint*)RoundKeys, length / WordBytes);
    }

    /// <summary>10 for a key of 128 bits, 14 for 256.</summary>
    public int Rounds { get; }

    /// <summary>Rounds + 1 keys of 16 bytes. Valid as long as this object is reachable.</summary>
    public byte* RoundKeys { get; }

    public void Dispose() => CryptographicOperations.ZeroMemory(_memory);

    private static void Expand(ReadOnlySpan<byte> key, uint* words, int count)
    {
        int keyWords = key.Length / WordBytes;
        for (int i = 0; i < keyWords; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(i * WordBytes)..]);
        }

        uint roundConstant = 1;
        for (int i = keyWords; i < count; i++)
        {
            uint word = words[i - 1];
            if (i % keyWords == 0)
            {
                // RotWord turns left in the order of the bytes, which is right in a little-endian word. Ten constants are
                // needed at most: 1 to 128 by doubling, then 0x1B and 0x36.
                word = BitOperations.RotateRight(AesRound.SubWord(word), 8) ^ roundConstant;
                roundConstant = (roundConstant << 1) ^ (roundConstant >> 7) * 0x11B;
            }
            else if (i % keyWords == WordsPerBlock)
            {
                // Only keys of 256 bits come here.
                word = AesRound.SubWord(word);
            }

            words[i] = words[i - keyWords] ^ word;
        }
    }
}
