using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;

namespace Relay.Core.Srtp;

/// <summary>
/// The product of two polynomials of 128 bits, by four multiplications of 64 bits: low + middle * x^64 + high * x^128. Sums
/// of products are sums of these three; <see cref="Reduce"/> makes one element of GHASH's field of them.
/// </summary>
internal struct CarrylessProduct
{
    public Vector128<ulong> Low;
    public Vector128<ulong> Middle;
    public Vector128<ulong> High;

    public static bool IsSupported => Pclmulqdq.IsSupported || ArmAes.IsSupported;

    /// <summary>Adds a * b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector128<ulong> a, Vector128<ulong> b)
    {
        if (Pclmulqdq.IsSupported)
        {
            Low ^= Pclmulqdq.CarrylessMultiply(a, b, 0x00);
            Middle ^= Pclmulqdq.CarrylessMultiply(a, b, 0x01) ^ Pclmulqdq.CarrylessMultiply(a, b, 0x10);
            High ^= Pclmulqdq.CarrylessMultiply(a, b, 0x11);
        }
        else
        {
            Vector128<ulong> swapped = Swap(b);
            Low ^= ArmAes.PolynomialMultiplyWideningLower(a.GetLower(), b.GetLower());
            Middle ^= ArmAes.PolynomialMultiplyWideningLower(a.GetLower(), swapped.GetLower())
                ^ ArmAes.PolynomialMultiplyWideningUpper(a, swapped);
            High ^= ArmAes.PolynomialMultiplyWideningUpper(a, b);
        }
    }

    /// <summary>
    /// The product times x^-128, modulo x^128 + x^127 + x^126 + x^121 + 1: twice, the lowest 64 bits are made zero by adding
    /// a multiple of the modulus, and dropped.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector128<ulong> Reduce()
    {
        Vector128<ulong> middle = Middle ^ Swap(Low) ^ MultiplyByModulus(Low);
        return High ^ Swap(middle) ^ MultiplyByModulus(middle);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> MultiplyByModulus(Vector128<ulong> a)
    {
        Vector128<ulong> modulus = Vector128.Create(0xC200_0000_0000_0000);
        return Pclmulqdq.IsSupported
            ? Pclmulqdq.CarrylessMultiply(a, modulus, 0x00)
            : ArmAes.PolynomialMultiplyWideningLower(a.GetLower(), modulus.GetLower());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Swap(Vector128<ulong> a) => Vector128.Shuffle(a, Vector128.Create(1UL, 0));
}
