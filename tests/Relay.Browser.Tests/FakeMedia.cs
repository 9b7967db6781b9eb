using System.Buffers.Binary;
using System.Text;

namespace Relay.Browser.Tests;

/// <summary>
/// Files for Chromium's fake camera and microphone: one second of 640x480 video in one colour with moving stripes above and
/// below a plain middle, and a beep in a pitch of its own. Chromium plays both in a loop.
/// </summary>
public sealed class FakeMedia : IDisposable
{
    public const int Width = 640;
    public const int Height = 480;
    public const int FramesPerSecond = 30;
    private const int SampleRate = 48_000;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-fake-media-");

    public FakeMedia()
    {
        foreach (Tint tint in Enum.GetValues<Tint>())
        {
            WriteVideo(VideoPath(tint), tint);
            WriteAudio(AudioPath(tint), ToneHz(tint));
        }
    }

    /// <summary>The pitch that the tint's microphone plays.</summary>
    public static int ToneHz(Tint tint) => 500 + (400 * (int)tint);

    public string VideoPath(Tint tint) => Path.Combine(_directory.FullName, $"{tint}.y4m");

    public string AudioPath(Tint tint) => Path.Combine(_directory.FullName, $"{tint}.wav");

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>YUV4MPEG2, 4:2:0: a header line, then for each frame a line and the planes Y, U, V.</summary>
    private static void WriteVideo(string path, Tint tint)
    {
        // Full-strength primaries in BT.601, studio range.
        (byte luma, byte u, byte v) = tint switch
        {
            Tint.Red => ((byte)82, (byte)90, (byte)230),
            Tint.Green => ((byte)130, (byte)60, (byte)50),
            _ => ((byte)60, (byte)220, (byte)105),
        };
        using FileStream file = File.Create(path);
        file.Write(Encoding.ASCII.GetBytes($"YUV4MPEG2 W{Width} H{Height} F{FramesPerSecond}:1 Ip A1:1 C420\n"));
        byte[] y = new byte[Width * Height];
        byte[] chroma = new byte[Width * Height / 2];
        chroma.AsSpan(0, chroma.Length / 2).Fill(u);
        chroma.AsSpan(chroma.Length / 2).Fill(v);
        for (int frame = 0; frame < FramesPerSecond; frame++)
        {
            for (int row = 0; row < Height; row++)
            {
                bool plain = row is >= Height / 3 and < Height * 2 / 3;
                for (int column = 0; column < Width; column++)
                {
                    // 640 columns per 30 frames keep the stripes moving over the loop's seam.
                    int stripe = ((column + (frame * Width / FramesPerSecond) + (row / 2)) / 40) % 2;
                    y[(row * Width) + column] = (byte)(plain ? luma : luma + (stripe * 24) - 12);
                }
            }

            file.Write("FRAME\n"u8);
            file.Write(y);
            file.Write(chroma);
        }
    }

    /// <summary>RIFF/WAVE, 16-bit mono: beeps of 250 ms, because noise suppression takes a lasting tone for noise.</summary>
    private static void WriteAudio(string path, int hz)
    {
        const int Samples = SampleRate * 2;
        byte[] bytes = new byte[44 + (Samples * 2)];
        "RIFF"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), bytes.Length - 8);
        "WAVEfmt "u8.CopyTo(bytes.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), SampleRate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(34), 16);
        "data"u8.CopyTo(bytes.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(40), Samples * 2);
        for (int i = 0; i < Samples; i++)
        {
            bool on = i / (SampleRate / 4) % 2 == 0;
            double sample = on ? 12_000 * Math.Sin(2 * Math.PI * hz * i / SampleRate) : 0;
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(44 + (i * 2)), (short)sample);
        }

        File.WriteAllBytes(path, bytes);
    }
}
