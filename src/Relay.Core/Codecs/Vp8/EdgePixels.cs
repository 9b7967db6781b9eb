using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Relay.Core.Codecs.Vp8;

/// <summary>
/// The pixels along sixteen pixels of an edge: four before it, P3 to P0, and four behind it, Q0 to Q3 (RFC 6386 section 15.2).
/// </summary>
internal struct EdgePixels
{
    public Vector128<byte> P3;
    public Vector128<byte> P2;
    public Vector128<byte> P1;
    public Vector128<byte> P0;
    public Vector128<byte> Q0;
    public Vector128<byte> Q1;
    public Vector128<byte> Q2;
    public Vector128<byte> Q3;

    private const int Along = 16;
    private const int Reach = 4;

    /// <param name="offset">Of the first pixel behind an edge that runs to the right.</param>
    public static EdgePixels AboveOf(ReadOnlySpan<byte> pixels, int offset, int stride)
    {
        ReadOnlySpan<byte> rows = pixels[(offset - (Reach * stride))..];
        return new EdgePixels
        {
            P3 = Vector128.Create(rows),
            P2 = Vector128.Create(rows[stride..]),
            P1 = Vector128.Create(rows[(2 * stride)..]),
            P0 = Vector128.Create(rows[(3 * stride)..]),
            Q0 = Vector128.Create(rows[(4 * stride)..]),
            Q1 = Vector128.Create(rows[(5 * stride)..]),
            Q2 = Vector128.Create(rows[(6 * stride)..]),
            Q3 = Vector128.Create(rows[(7 * stride)..]),
        };
    }

    /// <param name="offset">Of the first pixel behind an edge that runs downwards.</param>
    public static EdgePixels LeftOf(ReadOnlySpan<byte> pixels, int offset, int stride)
    {
        // Sixteen rows of eight pixels. Interleaving each row with the one eight below, then four, two and one below, makes
        // columns of them.
        ReadOnlySpan<byte> rows = pixels[(offset - Reach)..];
        Vector128<byte> a = Rows(rows, 0, stride);
        Vector128<byte> b = Rows(rows, 1, stride);
        Vector128<byte> c = Rows(rows, 2, stride);
        Vector128<byte> d = Rows(rows, 3, stride);
        Vector128<byte> e = Rows(rows, 4, stride);
        Vector128<byte> f = Rows(rows, 5, stride);
        Vector128<byte> g = Rows(rows, 6, stride);
        Vector128<byte> h = Rows(rows, 7, stride);
        (a, e) = Interleave(a, e);
        (b, f) = Interleave(b, f);
        (c, g) = Interleave(c, g);
        (d, h) = Interleave(d, h);

        // Now columns 0 to 3 are in a to d, 4 to 7 in e to h.
        (a, c) = Interleave(a, c);
        (b, d) = Interleave(b, d);
        (e, g) = Interleave(e, g);
        (f, h) = Interleave(f, h);
        EdgePixels edge = default;
        (edge.P3, edge.P2) = Interleave(a, b);
        (edge.P1, edge.P0) = Interleave(c, d);
        (edge.Q0, edge.Q1) = Interleave(e, f);
        (edge.Q2, edge.Q3) = Interleave(g, h);
        return edge;
    }

    /// <summary>Writes back what a filter may have changed: all but the outermost.</summary>
    public readonly void WriteAboveOf(Span<byte> pixels, int offset, int stride)
    {
        Span<byte> rows = pixels[(offset - (Reach * stride))..];
        P2.CopyTo(rows[stride..]);
        P1.CopyTo(rows[(2 * stride)..]);
        P0.CopyTo(rows[(3 * stride)..]);
        Q0.CopyTo(rows[(4 * stride)..]);
        Q1.CopyTo(rows[(5 * stride)..]);
        Q2.CopyTo(rows[(6 * stride)..]);
    }

    public readonly void WriteLeftOf(Span<byte> pixels, int offset, int stride)
    {
        // Eight columns of sixteen pixels become eight pairs of rows.
        Span<byte> rows = pixels[(offset - Reach)..];
        (Vector128<byte> a, Vector128<byte> b) = Interleave(P3, Q0);
        (Vector128<byte> c, Vector128<byte> d) = Interleave(P2, Q1);
        (Vector128<byte> e, Vector128<byte> f) = Interleave(P1, Q2);
        (Vector128<byte> g, Vector128<byte> h) = Interleave(P0, Q3);
        WriteRows(a, c, e, g, rows, stride);
        WriteRows(b, d, f, h, rows[(Along / 2 * stride)..], stride);
    }

    /// <summary>Eight rows: of each pixels 0 and 4, 1 and 5, 2 and 6, 3 and 7.</summary>
    private static void WriteRows(
        Vector128<byte> p04, Vector128<byte> p15, Vector128<byte> p26, Vector128<byte> p37, Span<byte> rows, int stride)
    {
        (Vector128<byte> even03, Vector128<byte> even47) = Interleave(p04, p26);
        (Vector128<byte> odd03, Vector128<byte> odd47) = Interleave(p15, p37);
        WriteFour(Interleave(even03, odd03), rows, stride);
        WriteFour(Interleave(even47, odd47), rows[(4 * stride)..], stride);
    }

    private static void WriteFour((Vector128<byte> First, Vector128<byte> Second) four, Span<byte> rows, int stride)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(rows, four.First.AsUInt64().GetElement(0));
        BinaryPrimitives.WriteUInt64LittleEndian(rows[stride..], four.First.AsUInt64().GetElement(1));
        BinaryPrimitives.WriteUInt64LittleEndian(rows[(2 * stride)..], four.Second.AsUInt64().GetElement(0));
        BinaryPrimitives.WriteUInt64LittleEndian(rows[(3 * stride)..], four.Second.AsUInt64().GetElement(1));
    }

    /// <summary>Eight pixels of a row, each before that of the row eight below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Rows(ReadOnlySpan<byte> rows, int row, int stride)
    {
        ulong upper = BinaryPrimitives.ReadUInt64LittleEndian(rows[(row * stride)..]);
        ulong lower = BinaryPrimitives.ReadUInt64LittleEndian(rows[((row + (Along / 2)) * stride)..]);
        return Interleave(Vector128.CreateScalar(upper).AsByte(), Vector128.CreateScalar(lower).AsByte()).First;
    }

    /// <summary>a0 b0 a1 b1 to a7 b7, and a8 b8 to a15 b15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<byte> First, Vector128<byte> Second) Interleave(Vector128<byte> a, Vector128<byte> b)
    {
        (Vector128<ushort> evenFirst, Vector128<ushort> evenSecond) = Vector128.Widen(a);
        (Vector128<ushort> oddFirst, Vector128<ushort> oddSecond) = Vector128.Widen(b);
        return ((evenFirst | (oddFirst << 8)).AsByte(), (evenSecond | (oddSecond << 8)).AsByte());
    }
}
