using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

public class AesCounterModeTests
{
    private const int LengthMax = 1600;

    /// <summary>Against single blocks: every length, some prefixes, apart and in place.</summary>
    [Theory]
    [InlineData(16, 0)]
    [InlineData(16, 2)]
    [InlineData(32, 0)]
    [InlineData(32, 7)]
    public void It_agrees_with_aes_block_by_block(int keyLength, int firstBlock)
    {
        Random random = new(keyLength + firstBlock);
        byte[] key = new byte[keyLength];
        byte[] plain = new byte[LengthMax];
        byte[] iv = new byte[16];
        random.NextBytes(key);
        random.NextBytes(plain);
        random.NextBytes(iv.AsSpan(0, 14));
        byte[] keystream = Keystream(key, iv, firstBlock);
        using AesKeySchedule keys = new(key);
        for (int length = 0; length <= LengthMax; length++)
        {
            int prefix = length % 4 == 0 ? 0 : random.Next(Math.Min(length, 200));
            byte[] output = new byte[length];
            AesCounterMode.Transform(
                keys, Vector128.Create(iv), firstBlock, plain.AsSpan(0, prefix), plain.AsSpan(prefix, length - prefix), output);
            for (int i = 0; i < length; i++)
            {
                Assert.True(output[i] == (plain[i] ^ keystream[i]), $"byte {i} of {length}");
            }

            AesCounterMode.Transform(keys, Vector128.Create(iv), firstBlock, default, output, output);
            Assert.Equal(plain[..length], output);
        }
    }

    [Fact]
    public void Past_256_blocks_the_counter_carries()
    {
        byte[] plain = new byte[(AesBlocks8.Count * 40 * 16) + 5];
        byte[] output = new byte[plain.Length];
        byte[] key = new byte[16];
        using AesKeySchedule keys = new(key);
        AesCounterMode.Transform(keys, Vector128<byte>.Zero, 0, default, plain, output);
        Assert.Equal(Keystream(key, new byte[16], 0, plain.Length)[..plain.Length], output);
    }

    private static byte[] Keystream(byte[] key, byte[] iv, int firstBlock, int length = LengthMax)
    {
        using Aes aes = Aes.Create();
        aes.Key = key;
        byte[] counters = new byte[(length + 15) / 16 * 16];
        for (int i = 0; i < counters.Length / 16; i++)
        {
            iv.CopyTo(counters, i * 16);
            BinaryPrimitives.WriteUInt16BigEndian(counters.AsSpan((i * 16) + 14), (ushort)(i + firstBlock));
        }

        return aes.EncryptEcb(counters, PaddingMode.None);
    }
}
