using System.Globalization;

namespace Relay.Core.Tests.Safety.Hashing;

/// <summary>The synthetic pictures that vectors/pdq.tsv defines, byte for byte.</summary>
internal static class PdqPictures
{
    public sealed record Vector(int Kind, int Width, int Height, uint Fnv, int Quality, string Hash, string Class);

    /// <summary>All lines of vectors/pdq.tsv.</summary>
    public static IReadOnlyList<Vector> Vectors { get; } =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Safety", "Hashing", "vectors", "pdq.tsv"))
            .Where(line => line.Length > 0 && char.IsAsciiDigit(line[0]))
            .Select(line => line.Split('\t'))
            .Select(f => new Vector(
                Number(f[0]), Number(f[1]), Number(f[2]), uint.Parse(f[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                Number(f[4]), f[5], f[6])),
    ];

    /// <summary>Red, green and blue of each pixel.</summary>
    public static byte[] Rgb(int kind, int width, int height)
    {
        byte[] rgb = new byte[width * height * 3];
        uint seed = 0x9E3779B9 ^ (uint)((kind * 7919) + (width * 31) + height);
        seed = seed == 0 ? 1 : seed;
        int i = 0;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (rgb[i], rgb[i + 1], rgb[i + 2]) = Pixel(kind, x, y, width, height, ref seed);
                i += 3;
            }
        }

        return rgb;
    }

    public static uint Fnv1a(ReadOnlySpan<byte> bytes)
    {
        uint hash = 0x811C9DC5;
        foreach (byte b in bytes)
        {
            hash = (hash ^ b) * 0x01000193;
        }

        return hash;
    }

    /// <summary>The reference's luma, in float.</summary>
    public static float[] Luma(ReadOnlySpan<byte> rgb)
    {
        float[] luma = new float[rgb.Length / 3];
        for (int i = 0; i < luma.Length; i++)
        {
            luma[i] = (0.299f * rgb[3 * i]) + (0.587f * rgb[(3 * i) + 1]) + (0.114f * rgb[(3 * i) + 2]);
        }

        return luma;
    }

    public static float[] Luma(int kind, int width, int height) => Luma(Rgb(kind, width, height));

    private static (byte R, byte G, byte B) Pixel(int kind, int x, int y, int w, int h, ref uint seed)
    {
        switch (kind)
        {
            case 0:
                return (128, 128, 128);
            case 1:
                byte ramp = (byte)(x * 255 / Math.Max(w - 1, 1));
                return (ramp, ramp, ramp);
            case 2:
                return ((byte)(y * 255 / Math.Max(h - 1, 1)), (byte)(x * 255 / Math.Max(w - 1, 1)), (byte)(x + y));
            case 3:
                return (((x * 8 / w) + (y * 8 / h)) & 1) != 0 ? ((byte)230, (byte)200, (byte)180) : ((byte)20, (byte)40, (byte)60);
            case 4:
                seed ^= seed << 13;
                seed ^= seed >> 17;
                seed ^= seed << 5;
                return ((byte)seed, (byte)(seed >> 8), (byte)(seed >> 16));
            case 5:
                return Discs(x, y, w, h);
            default:
                uint tile = (uint)((x * 16 / w) * 73856093) ^ (uint)((y * 16 / h) * 19349663) ^ 0x5bd1e995;
                tile ^= tile >> 13;
                tile *= 0x5bd1e995;
                tile ^= tile >> 15;
                return ((byte)tile, (byte)(tile >> 8), (byte)(tile >> 16));
        }
    }

    private static (byte R, byte G, byte B) Discs(int x, int y, int w, int h)
    {
        byte ground = (byte)((x * 97 / w) + (y * 61 / h));
        (byte R, byte G, byte B) pixel = (ground, ground, ground);
        ReadOnlySpan<(int X, int Y, int Radius)> discs =
            [(w / 4, h / 3, (h / 6) + 1), (w * 2 / 3, h / 4, (h / 8) + 1), (w / 2, h * 3 / 4, (h / 5) + 1)];
        for (int k = 0; k < discs.Length; k++)
        {
            (int dx, int dy) = (x - discs[k].X, y - discs[k].Y);
            if ((dx * dx) + (dy * dy) < discs[k].Radius * discs[k].Radius)
            {
                pixel = ((byte)(255 - (60 * k)), (byte)(40 + (80 * k)), (byte)(200 - (90 * k)));
            }
        }

        return pixel;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
