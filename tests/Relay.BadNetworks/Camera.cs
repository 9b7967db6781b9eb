using System.Text;

namespace Relay.BadNetworks;

/// <summary>
/// A file for Chromium's fake camera with a picture that takes about a megabit a second to encode well: a landscape of
/// soft spots that moves to and fro, in a loop of two seconds. It is small, because two encoders, two decoders and the relay
/// share few cores.
/// </summary>
public static class Camera
{
    public const int Width = 480;
    public const int Height = 360;
    public const int FramesPerSecond = 20;
    private const int Frames = 2 * FramesPerSecond;
    private const int Margin = 64;

    /// <summary>Writes YUV4MPEG2, 4:2:0, grey.</summary>
    public static void Write(string path, int seed)
    {
        byte[] field = Landscape(new Random(seed));
        byte[] luma = new byte[Width * Height];
        byte[] chroma = new byte[Width * Height / 2];
        Array.Fill(chroma, (byte)128);
        using FileStream file = File.Create(path);
        file.Write(Encoding.ASCII.GetBytes($"YUV4MPEG2 W{Width} H{Height} F{FramesPerSecond}:1 Ip A1:1 C420\n"));
        for (int frame = 0; frame < Frames; frame++)
        {
            double angle = 2 * Math.PI * frame / Frames;
            int left = Margin + (int)(Margin * 0.9 * Math.Sin(angle));
            int top = Margin + (int)(Margin * 0.5 * Math.Sin(2 * angle));
            for (int row = 0; row < Height; row++)
            {
                Array.Copy(field, ((row + top) * (Width + (2 * Margin))) + left, luma, row * Width, Width);
            }

            file.Write("FRAME\n"u8);
            file.Write(luma);
            file.Write(chroma);
        }
    }

    /// <summary>Noise in three sizes of grain, joined smoothly.</summary>
    private static byte[] Landscape(Random random)
    {
        const int FieldWidth = Width + (2 * Margin);
        const int FieldHeight = Height + (2 * Margin);
        double[] sum = new double[FieldWidth * FieldHeight];
        foreach ((int grain, double weight) in new[] { (48, 50.0), (16, 25.0), (5, 14.0) })
        {
            int columns = (FieldWidth / grain) + 2;
            double[] knots = [.. Enumerable.Range(0, columns * ((FieldHeight / grain) + 2)).Select(_ => (random.NextDouble() * 2) - 1)];
            for (int row = 0; row < FieldHeight; row++)
            {
                for (int column = 0; column < FieldWidth; column++)
                {
                    int knot = (row / grain * columns) + (column / grain);
                    double x = (double)(column % grain) / grain;
                    double y = (double)(row % grain) / grain;
                    double upper = (knots[knot] * (1 - x)) + (knots[knot + 1] * x);
                    double lower = (knots[knot + columns] * (1 - x)) + (knots[knot + columns + 1] * x);
                    sum[(row * FieldWidth) + column] += weight * ((upper * (1 - y)) + (lower * y));
                }
            }
        }

        return [.. sum.Select(value => (byte)Math.Clamp(126 + value, 16, 235))];
    }
}
