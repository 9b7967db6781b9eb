using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Relay.Core.Srtp;

/// <summary>The end of a packet that does not fill its block: 1 to 15 bytes, no others read or written.</summary>
internal static unsafe class PartialBlock
{
    // The first half keeps bytes, the second drops them: a window that begins 16 - n bytes in keeps n.
    private static ReadOnlySpan<byte> Window =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>The bytes, then zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(byte* from, int count)
    {
        // Two reads that overlap, of which the second is moved to where its first new byte belongs.
        ulong low;
        ulong high = 0;
        if (count >= 8)
        {
            low = Unsafe.ReadUnaligned<ulong>(from);
            high = count == 8 ? 0 : Unsafe.ReadUnaligned<ulong>(from + count - 8) >> (8 * (16 - count));
        }
        else if (count >= 4)
        {
            low = Unsafe.ReadUnaligned<uint>(from) | ((ulong)Unsafe.ReadUnaligned<uint>(from + count - 4) << (8 * (count - 4)));
        }
        else
        {
            low = from[0] | ((ulong)from[count >> 1] << (8 * (count >> 1))) | ((ulong)from[count - 1] << (8 * (count - 1)));
        }

        return Vector128.Create(low, high).AsByte();
    }

    /// <summary>Writes the first bytes of the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> block, byte* to, int count)
    {
        ulong low = block.AsUInt64().ToScalar();
        if (count >= 8)
        {
            Unsafe.WriteUnaligned(to, low);
            to += 8;
            low = block.AsUInt64().GetElement(1);
        }

        if ((count & 4) != 0)
        {
            Unsafe.WriteUnaligned(to, (uint)low);
            to += 4;
            low >>= 32;
        }

        if ((count & 2) != 0)
        {
            Unsafe.WriteUnaligned(to, (ushort)low);
            to += 2;
            low >>= 16;
        }

        if ((count & 1) != 0)
        {
            *to = (byte)low;
        }
    }

    /// <summary>The block with all but its first bytes zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Keep(Vector128<byte> block, int count) =>
        block & Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(Window), (nuint)(AesRound.BlockBytes - count));
}
