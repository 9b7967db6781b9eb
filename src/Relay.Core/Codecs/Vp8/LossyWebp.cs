using System.Buffers.Binary;

namespace Relay.Core.Codecs.Vp8;

// RFC 9649 sections 2.3 to 2.5: the simple lossy file. All numbers are little endian.
//
//     +------+-----------+------+------+------------+-- --+-----+
//     | RIFF | file size | WEBP | VP8_ | chunk size | VP8 | pad |    _ is a space
//     +------+-----------+------+------+------------+-- --+-----+
//     0      4           8      12     16           20
//
// The file size is that of what follows it, the pad included; the chunk size is without it. The pad, a 0, makes an odd chunk
// even.

/// <summary>A keyframe as a picture file, with the very bytes that were sent.</summary>
public static class LossyWebp
{
    /// <summary>Bytes before the frame.</summary>
    public const int HeaderLength = 20;

    private const int FileSizeOffset = 4;
    private const int FormOffset = 8;
    private const int ChunkOffset = 12;
    private const int ChunkSizeOffset = 16;

    /// <summary>Bytes of the file.</summary>
    /// <param name="frameLength">Bytes of the frame.</param>
    public static int Length(int frameLength) => HeaderLength + frameLength + (frameLength & 1);

    /// <summary>Writes the file.</summary>
    /// <param name="frame">A whole keyframe.</param>
    /// <param name="destination">At least <see cref="Length"/> bytes; does not overlap the frame.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<byte> frame, Span<byte> destination)
    {
        int length = Length(frame.Length);
        Span<byte> file = destination[..length];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file[FileSizeOffset..], length - FormOffset);
        "WEBP"u8.CopyTo(file[FormOffset..]);
        "VP8 "u8.CopyTo(file[ChunkOffset..]);
        BinaryPrimitives.WriteInt32LittleEndian(file[ChunkSizeOffset..], frame.Length);
        frame.CopyTo(file[HeaderLength..]);
        file[(HeaderLength + frame.Length)..].Clear();
        return length;
    }
}
