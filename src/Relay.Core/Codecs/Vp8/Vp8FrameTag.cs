using System.Buffers.Binary;

namespace Relay.Core.Codecs.Vp8;

// RFC 6386 section 9.1: the uncompressed bytes at the start of a keyframe; all numbers are little endian.
//
//  bit 23                 5   4   3     1   0
//     +--------------------+---+---------+---+
//     | first partition's  | S | version | P |   P: 0 in a keyframe; S: the frame is to be shown
//     | length, 19 bits    |   |         |   |
//     +--------------------+---+---------+---+
//     | 0x9D 0x01 0x2A                       |   start code
//     +---------+----------------------------+
//     | scale   | width, 14 bits             |   scale: how much the player should enlarge; it changes no pixel
//     +---------+----------------------------+
//     | scale   | height, 14 bits            |
//     +---------+----------------------------+

/// <summary>The first ten bytes of a keyframe.</summary>
/// <param name="FirstPartitionLength">Bytes of the partition that begins after the tag, 0 to 524,287.</param>
/// <param name="Width">In pixels, 1 to 16,383, before scaling.</param>
/// <param name="Height">In pixels, 1 to 16,383, before scaling.</param>
public readonly record struct Vp8FrameTag(int FirstPartitionLength, int Width, int Height)
{
    /// <summary>Bytes of the tag of a keyframe.</summary>
    public const int Length = 10;

    private const int StartCodeOffset = 3;
    private const int WidthOffset = 6;
    private const int HeightOffset = 8;

    private const int InterFrameBit = 0x01;
    private const int VersionShift = 1;
    private const int VersionMask = 0x07;
    private const int VersionMax = 3;
    private const int ShownBit = 0x10;
    private const int PartitionLengthShift = 5;
    private const int SizeMask = 0x3FFF;

    private static ReadOnlySpan<byte> StartCode => [0x9D, 0x01, 0x2A];

    /// <summary>Reads the tag of a frame.</summary>
    /// <returns>
    /// <see cref="Vp8FrameError.None"/>, or what keeps the frame from being decoded alone and within the limits. The length of
    /// the first partition is not compared with that of the frame.
    /// </returns>
    public static Vp8FrameError TryRead(ReadOnlySpan<byte> frame, Vp8FrameLimits limits, out Vp8FrameTag tag)
    {
        tag = default;
        if (frame.IsEmpty)
        {
            return Vp8FrameError.Truncated;
        }

        if ((frame[0] & InterFrameBit) != 0)
        {
            return Vp8FrameError.NotKeyframe;
        }

        if (frame.Length < Length)
        {
            return Vp8FrameError.Truncated;
        }

        int first = frame[0] | (frame[1] << 8) | (frame[2] << 16);
        if (!frame[StartCodeOffset..].StartsWith(StartCode))
        {
            return Vp8FrameError.BadStartCode;
        }

        if (((first >> VersionShift) & VersionMask) > VersionMax)
        {
            return Vp8FrameError.UnknownVersion;
        }

        if ((first & ShownBit) == 0)
        {
            return Vp8FrameError.NotShown;
        }

        int width = BinaryPrimitives.ReadUInt16LittleEndian(frame[WidthOffset..]) & SizeMask;
        int height = BinaryPrimitives.ReadUInt16LittleEndian(frame[HeightOffset..]) & SizeMask;
        if (width == 0 || height == 0)
        {
            return Vp8FrameError.NoPicture;
        }

        if (width > limits.SideMax || height > limits.SideMax || width * height > limits.AreaMax)
        {
            return Vp8FrameError.TooLarge;
        }

        tag = new Vp8FrameTag(first >> PartitionLengthShift, width, height);
        return Vp8FrameError.None;
    }
}
