using System.Globalization;
using System.Security.Cryptography;
using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

/// <summary>The keyframes in the folder vectors; its README says where they are from.</summary>
internal static class Vp8Vectors
{
    private const int WebpHeaderLength = 20;

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Codecs", "Vp8", "vectors");

    /// <summary>File, width, height, SHA-256 of luma.</summary>
    public static TheoryData<string, int, int, string> All
    {
        get
        {
            var data = new TheoryData<string, int, int, string>();
            string[] tables = ["vectors.tsv", "chromium.tsv", "changed.tsv"];
            foreach (string line in tables.SelectMany(table => File.ReadLines(Path.Combine(Folder, table))))
            {
                string[] fields = line.Split('\t');
                data.Add(fields[0], Number(fields[1]), Number(fields[2]), fields[3]);
            }

            return data;
        }
    }

    public static TheoryData<string> WebpFiles =>
        [.. Directory.GetFiles(Folder, "*.webp").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    /// <summary>The bytes of a keyframe.</summary>
    public static byte[] Frame(string name)
    {
        byte[] file = Bytes(name);
        return name.EndsWith(".webp", StringComparison.Ordinal)
            ? file.AsSpan(WebpHeaderLength, BitConverter.ToInt32(file, WebpHeaderLength - sizeof(int))).ToArray()
            : file;
    }

    /// <summary>Those of pictures of up to so many pixels.</summary>
    public static byte[][] SmallFrames(int pixels) =>
        [.. All.Where(row => row.Data.Item2 * row.Data.Item3 <= pixels).Select(row => Frame(row.Data.Item1))];

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>SHA-256 of the picture decoded last.</summary>
    public static string Hash(Vp8LumaDecoder decoder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int y = 0; y < decoder.Height; y++)
        {
            hash.AppendData(decoder.Line(y));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
