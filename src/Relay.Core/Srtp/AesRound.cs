using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Relay.Core.Srtp;

/// <summary>
/// One round of AES (FIPS 197 section 5.1) by the processor's instructions: the only place that knows which processor it
/// is. Nothing here looks a secret up in a table, so nothing takes a time that depends on one.
/// </summary>
internal static class AesRound
{
    /// <summary>Bytes of a block and of a round key.</summary>
    public const int BlockBytes = 16;

    /// <summary>Whether the rest of this class, and whatever is made of it, may be called.</summary>
    public static bool IsSupported => X86Aes.IsSupported || ArmAes.IsSupported;

    /// <summary>SubBytes, ShiftRows, MixColumns, AddRoundKey.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Next(Vector128<byte> state, Vector128<byte> roundKey) => X86Aes.IsSupported
        ? X86Aes.Encrypt(state, roundKey)
        : ArmAes.MixColumns(ArmAes.Encrypt(state, Vector128<byte>.Zero)) ^ roundKey;

    /// <summary>The last round, which has no MixColumns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Last(Vector128<byte> state, Vector128<byte> roundKey) => X86Aes.IsSupported
        ? X86Aes.EncryptLast(state, roundKey)
        : ArmAes.Encrypt(state, Vector128<byte>.Zero) ^ roundKey;

    /// <summary>SubWord of the key expansion: the S-box on each of four bytes.</summary>
    public static uint SubWord(uint word)
    {
        // With the same word in all four columns ShiftRows, which ARM's instruction includes, changes nothing.
        Vector128<byte> columns = Vector128.Create(word).AsByte();
        return X86Aes.IsSupported
            ? X86Aes.KeygenAssist(columns, 0).AsUInt32().ToScalar()
            : ArmAes.Encrypt(columns, Vector128<byte>.Zero).AsUInt32().ToScalar();
    }
}
