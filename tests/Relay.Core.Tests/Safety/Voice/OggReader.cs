using System.Buffers.Binary;

namespace Relay.Core.Tests.Safety.Voice;

/// <summary>Takes an Ogg file apart, and checks what every page must have.</summary>
internal static class OggReader
{
    public sealed record Page(int Flags, long Granule, uint Serial, uint Number, List<byte[]> Packets);

    /// <summary>The pages of a file; packets that span pages are put together where they end.</summary>
    public static List<Page> Read(byte[] file)
    {
        List<Page> pages = [];
        List<byte> packet = [];
        for (int at = 0; at < file.Length;)
        {
            Span<byte> header = file.AsSpan(at, 27);
            Check(header[..4].SequenceEqual("OggS"u8) && header[4] == 0, "no page where one must be");
            int segments = header[26];
            Page page = new(
                header[5], BinaryPrimitives.ReadInt64LittleEndian(header[6..]), BinaryPrimitives.ReadUInt32LittleEndian(header[14..]),
                BinaryPrimitives.ReadUInt32LittleEndian(header[18..]), []);
            int data = at + 27 + segments;
            for (int i = 0; i < segments; i++)
            {
                int length = file[at + 27 + i];
                packet.AddRange(file.AsSpan(data, length));
                data += length;
                if (length < 255)
                {
                    page.Packets.Add([.. packet]);
                    packet.Clear();
                }
            }

            byte[] whole = file[at..data];
            uint crc = BinaryPrimitives.ReadUInt32LittleEndian(whole.AsSpan(22));
            whole.AsSpan(22, 4).Clear();
            Check(crc == Crc(whole), "wrong checksum");
            pages.Add(page);
            at = data;
        }

        return pages;
    }

    /// <summary>Bit by bit, unlike what it checks.</summary>
    private static uint Crc(byte[] bytes)
    {
        uint crc = 0;
        foreach (byte b in bytes)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                bool carry = (crc >> 31) != (uint)((b >> bit) & 1);
                crc = (crc << 1) ^ (carry ? 0x04C11DB7u : 0);
            }
        }

        return crc;
    }

    private static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException(what);
        }
    }
}
