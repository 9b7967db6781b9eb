using System.Runtime.Intrinsics;

namespace Relay.Core.Srtp;

/// <summary>
/// GHASH (NIST SP 800-38D section 6.4) by one processor's carryless multiplication: y becomes (y + block) * H for one block
/// after the other. Several blocks at a time are multiplied by descending powers of H, added, and reduced once.
/// </summary>
/// <remarks>The hash is kept with its bytes in reverse, see <see cref="GhashPowers"/>; blocks are as in the packet.</remarks>
internal unsafe interface IGhash
{
    /// <summary>The hash after 1 to <see cref="GhashPowers.Count"/> more blocks.</summary>
    static abstract Vector128<ulong> Absorb(Vector128<ulong> y, byte* powers, byte* blocks, int count);

    /// <summary>The hash after 8 more blocks.</summary>
    static abstract Vector128<ulong> Absorb8(Vector128<ulong> y, byte* powers, byte* blocks);

    /// <summary>
    /// Mixes eight blocks of keystream into the input, and stores them so that <see cref="Absorb8"/> can soon read them.
    /// </summary>
    static abstract void Mix8(
        byte* input,
        byte* output,
        Vector128<byte> b0,
        Vector128<byte> b1,
        Vector128<byte> b2,
        Vector128<byte> b3,
        Vector128<byte> b4,
        Vector128<byte> b5,
        Vector128<byte> b6,
        Vector128<byte> b7);
}
