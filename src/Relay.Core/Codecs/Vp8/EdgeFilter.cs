using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Relay.Core.Codecs.Vp8;

/// <summary>
/// RFC 6386 sections 15.2 to 15.4: the filters themselves, on sixteen pixels of an edge at once. Adding thrice with saturation is
/// what the RFC's clamped a + 3 * b comes to.
/// </summary>
internal static class EdgeFilter
{
    /// <param name="isInner">Between subblocks of a macroblock, not between macroblocks.</param>
    /// <returns>False if nothing was to be filtered.</returns>
    public static bool Filter(ref EdgePixels edge, bool isSimple, in LoopFilterLimits limits, bool isInner)
    {
        Vector128<byte> mask = Difference(edge.P0, edge.Q0);
        mask = Vector128.AddSaturate(mask, mask);
        mask = Vector128.AddSaturate(mask, Difference(edge.P1, edge.Q1) >> 1);
        mask = Vector128.LessThanOrEqual(mask, Vector128.Create((byte)(isInner ? limits.SubblockEdge : limits.MacroblockEdge)));
        if (!isSimple)
        {
            mask &= Vector128.LessThanOrEqual(LargestStep(edge), Vector128.Create((byte)limits.Interior));
        }

        if (mask == Vector128<byte>.Zero)
        {
            return false;
        }

        if (isSimple)
        {
            FilterSimple(ref edge, mask.AsSByte());
        }
        else
        {
            Vector128<byte> varied = Vector128.Max(Difference(edge.P1, edge.P0), Difference(edge.Q1, edge.Q0));
            Vector128<sbyte> isVaried = Vector128.GreaterThan(varied, Vector128.Create((byte)limits.HighVariance)).AsSByte();
            if (isInner)
            {
                FilterSubblock(ref edge, mask.AsSByte(), isVaried);
            }
            else
            {
                FilterMacroblock(ref edge, mask.AsSByte(), isVaried);
            }
        }

        return true;
    }

    /// <summary>Section 15.2: the two pixels at the edge.</summary>
    private static void FilterSimple(ref EdgePixels edge, Vector128<sbyte> mask)
    {
        Vector128<sbyte> p0 = Signed(edge.P0);
        Vector128<sbyte> q0 = Signed(edge.Q0);
        Vector128<sbyte> outer = Vector128.SubtractSaturate(Signed(edge.P1), Signed(edge.Q1));
        Even(ref p0, ref q0, PlusThrice(outer, Vector128.SubtractSaturate(q0, p0)) & mask);
        edge.P0 = Unsigned(p0);
        edge.Q0 = Unsigned(q0);
    }

    /// <summary>Section 15.3: two pixels where there is much variance, else four.</summary>
    private static void FilterSubblock(ref EdgePixels edge, Vector128<sbyte> mask, Vector128<sbyte> isVaried)
    {
        Vector128<sbyte> p1 = Signed(edge.P1);
        Vector128<sbyte> p0 = Signed(edge.P0);
        Vector128<sbyte> q0 = Signed(edge.Q0);
        Vector128<sbyte> q1 = Signed(edge.Q1);
        Vector128<sbyte> outer = Vector128.SubtractSaturate(p1, q1) & isVaried;
        Vector128<sbyte> filter = Even(ref p0, ref q0, PlusThrice(outer, Vector128.SubtractSaturate(q0, p0)) & mask);
        filter = Vector128.AndNot((filter + Vector128<sbyte>.One) >> 1, isVaried);
        edge.P1 = Unsigned(Vector128.AddSaturate(p1, filter));
        edge.P0 = Unsigned(p0);
        edge.Q0 = Unsigned(q0);
        edge.Q1 = Unsigned(Vector128.SubtractSaturate(q1, filter));
    }

    /// <summary>Section 15.3: two pixels where there is much variance, else six.</summary>
    private static void FilterMacroblock(ref EdgePixels edge, Vector128<sbyte> mask, Vector128<sbyte> isVaried)
    {
        Vector128<sbyte> p2 = Signed(edge.P2);
        Vector128<sbyte> p1 = Signed(edge.P1);
        Vector128<sbyte> p0 = Signed(edge.P0);
        Vector128<sbyte> q0 = Signed(edge.Q0);
        Vector128<sbyte> q1 = Signed(edge.Q1);
        Vector128<sbyte> q2 = Signed(edge.Q2);
        Vector128<sbyte> outer = Vector128.SubtractSaturate(p1, q1);
        Vector128<sbyte> filter = PlusThrice(outer, Vector128.SubtractSaturate(q0, p0)) & mask;
        Even(ref p0, ref q0, filter & isVaried);
        filter = Vector128.AndNot(filter, isVaried);
        Shift(ref p0, ref q0, filter, 27);
        Shift(ref p1, ref q1, filter, 18);
        Shift(ref p2, ref q2, filter, 9);
        edge.P2 = Unsigned(p2);
        edge.P1 = Unsigned(p1);
        edge.P0 = Unsigned(p0);
        edge.Q0 = Unsigned(q0);
        edge.Q1 = Unsigned(q1);
        edge.Q2 = Unsigned(q2);
    }

    /// <summary>Moves the two pixels at the edge towards each other.</summary>
    /// <returns>How far the one behind it went.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Even(ref Vector128<sbyte> p0, ref Vector128<sbyte> q0, Vector128<sbyte> filter)
    {
        Vector128<sbyte> behind = Vector128.AddSaturate(filter, Vector128.Create((sbyte)4)) >> 3;
        Vector128<sbyte> before = Vector128.AddSaturate(filter, Vector128.Create((sbyte)3)) >> 3;
        q0 = Vector128.SubtractSaturate(q0, behind);
        p0 = Vector128.AddSaturate(p0, before);
        return behind;
    }

    /// <summary>Moves two pixels towards each other by a part of the filter's value, in 128ths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shift(ref Vector128<sbyte> p, ref Vector128<sbyte> q, Vector128<sbyte> filter, short part)
    {
        (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(filter);
        Vector128<short> rounding = Vector128.Create((short)63);
        lower = ((lower * part) + rounding) >> 7;
        upper = ((upper * part) + rounding) >> 7;
        Vector128<sbyte> shift = Vector128.Narrow(lower, upper);
        p = Vector128.AddSaturate(p, shift);
        q = Vector128.SubtractSaturate(q, shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> PlusThrice(Vector128<sbyte> value, Vector128<sbyte> step) =>
        Vector128.AddSaturate(Vector128.AddSaturate(Vector128.AddSaturate(value, step), step), step);

    /// <summary>The largest difference of neighbours on one side of the edge.</summary>
    private static Vector128<byte> LargestStep(in EdgePixels edge)
    {
        Vector128<byte> before = Vector128.Max(Difference(edge.P3, edge.P2), Difference(edge.P2, edge.P1));
        Vector128<byte> behind = Vector128.Max(Difference(edge.Q3, edge.Q2), Difference(edge.Q2, edge.Q1));
        Vector128<byte> atEdge = Vector128.Max(Difference(edge.P1, edge.P0), Difference(edge.Q1, edge.Q0));
        return Vector128.Max(Vector128.Max(before, behind), atEdge);
    }

    private static Vector128<byte> Difference(Vector128<byte> a, Vector128<byte> b) => Vector128.Max(a, b) - Vector128.Min(a, b);

    private static Vector128<sbyte> Signed(Vector128<byte> pixels) => (pixels ^ Vector128.Create((byte)0x80)).AsSByte();

    private static Vector128<byte> Unsigned(Vector128<sbyte> pixels) => pixels.AsByte() ^ Vector128.Create((byte)0x80);
}
