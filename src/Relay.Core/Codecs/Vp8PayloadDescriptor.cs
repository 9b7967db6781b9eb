using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Codecs;

// RFC 7741 section 4.2: VP8 payload descriptor.
//
//      0 1 2 3 4 5 6 7
//     +-+-+-+-+-+-+-+-+
//     |X|R|N|S|R| PID |   required
//     +-+-+-+-+-+-+-+-+
// X:  |I|L|T|K| RSV   |   if X
//     +-+-+-+-+-+-+-+-+
// I:  |M| PictureID   |   if I: 7 bits, or 15 bits if M
//     +-+-+-+-+-+-+-+-+
//     |   PictureID   |   if I and M
//     +-+-+-+-+-+-+-+-+
// L:  |   TL0PICIDX   |   if L
//     +-+-+-+-+-+-+-+-+
// T/K:|TID|Y| KEYIDX  |   if T or K
//     +-+-+-+-+-+-+-+-+
//
// RFC 7741 section 4.3 and RFC 6386 section 9.1: what follows in the first packet of a frame; P is 0 in a keyframe.
//
//      0 1 2 3 4 5 6 7
//     +-+-+-+-+-+-+-+-+
//     |Size0|H| VER |P|
//     +-+-+-+-+-+-+-+-+
//     |     Size1     |
//     +-+-+-+-+-+-+-+-+
//     |     Size2     |
//     +-+-+-+-+-+-+-+-+   the rest in a keyframe only
//     | 0x9D 0x01 0x2A|   start code
//     +-+-+-+-+-+-+-+-+
//     | width, 14 bits and 2 bits scale, little endian, 2 bytes |
//     | height, likewise                                        |

/// <summary>The descriptor in front of a VP8 payload, as a plain value.</summary>
public readonly record struct Vp8PayloadDescriptor
{
    /// <summary>Largest descriptor in bytes.</summary>
    public const int LengthMax = 6;

    /// <summary>Largest 7-bit picture id.</summary>
    public const ushort ShortPictureIdMax = 0x7F;

    /// <summary>Largest 15-bit picture id.</summary>
    public const ushort LongPictureIdMax = 0x7FFF;

    /// <summary>Largest KEYIDX.</summary>
    public const byte KeyIdxMax = 0x1F;

    private const byte ExtendedBit = 0x80;
    private const byte NonReferenceBit = 0x20;
    private const byte StartBit = 0x10;
    private const byte PartitionMask = 0x07;

    private const byte PictureIdBit = 0x80;
    private const byte Tl0PicIdxBit = 0x40;
    private const byte TidBit = 0x20;
    private const byte KeyIdxBit = 0x10;

    private const byte LongPictureIdBit = 0x80;
    private const byte LayerSyncBit = 0x20;
    private const int TidShift = 6;

    private const byte InterFrameBit = 0x01;
    private const int StartCodeOffset = 3;
    private const int WidthOffset = 6;
    private const int HeightOffset = 8;
    private const int KeyframeHeaderLength = 10;
    private const int SizeMask = 0x3FFF;

    private readonly byte _flags;
    private readonly byte _extension;

    private Vp8PayloadDescriptor(byte flags, byte extension)
    {
        _flags = flags;
        _extension = extension;
    }

    /// <summary>N: the frame is not used as a reference and may be dropped.</summary>
    public bool IsNonReference => (_flags & NonReferenceBit) != 0;

    /// <summary>S: the payload starts a partition.</summary>
    public bool IsStartOfPartition => (_flags & StartBit) != 0;

    /// <summary>PID: 0 to 7.</summary>
    public byte PartitionIndex => (byte)(_flags & PartitionMask);

    /// <summary>X: the second byte is there.</summary>
    public bool IsExtended => (_flags & ExtendedBit) != 0;

    public bool HasPictureId => (_extension & PictureIdBit) != 0;

    /// <summary>M: the picture id has 15 bits; else 7.</summary>
    public bool HasLongPictureId { get; private init; }

    /// <summary>7 or 15 bits; 0 if it is not there.</summary>
    public ushort PictureId { get; private init; }

    public bool HasTl0PicIdx => (_extension & Tl0PicIdxBit) != 0;

    /// <summary>0 if it is not there.</summary>
    public byte Tl0PicIdx { get; private init; }

    public bool HasTid => (_extension & TidBit) != 0;

    /// <summary>Temporal layer, 0 to 3; 0 if it is not there.</summary>
    public byte Tid { get; private init; }

    /// <summary>Y: the frame depends only on the base layer.</summary>
    public bool LayerSync { get; private init; }

    public bool HasKeyIdx => (_extension & KeyIdxBit) != 0;

    /// <summary>0 to 31; 0 if it is not there.</summary>
    public byte KeyIdx { get; private init; }

    /// <summary>Bytes of the descriptor, 1 to 6.</summary>
    public int Length { get; private init; }

    /// <summary>The payload is the first of its frame: S is 1 and PID is 0.</summary>
    public bool IsStartOfFrame => IsStartOfPartition && PartitionIndex == 0;

    /// <summary>The payload is the first of a keyframe.</summary>
    public bool IsKeyframe { get; private init; }

    /// <summary>Reads the descriptor of an RTP payload.</summary>
    /// <returns><see cref="DropReason.PayloadTruncated"/> if it is not whole or if no VP8 data follows.</returns>
    public static DropReason TryParse(ReadOnlySpan<byte> payload, out Vp8PayloadDescriptor descriptor)
    {
        descriptor = default;
        if (payload.IsEmpty)
        {
            return DropReason.PayloadTruncated;
        }

        byte flags = payload[0];
        byte extension = 0;
        int length = 1;
        if ((flags & ExtendedBit) != 0)
        {
            if (payload.Length < 2)
            {
                return DropReason.PayloadTruncated;
            }

            extension = payload[1];
            length = 2;
        }

        bool hasPictureId = (extension & PictureIdBit) != 0;
        bool isLong = hasPictureId && payload.Length > length && (payload[length] & LongPictureIdBit) != 0;
        int pictureIdOffset = length;
        length += !hasPictureId ? 0 : isLong ? 2 : 1;
        int tl0PicIdxOffset = length;
        length += (extension & Tl0PicIdxBit) != 0 ? 1 : 0;
        int layerOffset = length;
        length += (extension & (TidBit | KeyIdxBit)) != 0 ? 1 : 0;
        if (payload.Length <= length)
        {
            return DropReason.PayloadTruncated;
        }

        byte layer = layerOffset < length ? payload[layerOffset] : (byte)0;
        bool hasTid = (extension & TidBit) != 0;
        descriptor = new Vp8PayloadDescriptor(flags, extension)
        {
            HasLongPictureId = isLong,
            PictureId = !hasPictureId ? (ushort)0
                : isLong ? (ushort)(BinaryPrimitives.ReadUInt16BigEndian(payload[pictureIdOffset..]) & LongPictureIdMax)
                : payload[pictureIdOffset],
            Tl0PicIdx = tl0PicIdxOffset < layerOffset ? payload[tl0PicIdxOffset] : (byte)0,
            Tid = hasTid ? (byte)(layer >> TidShift) : (byte)0,
            LayerSync = hasTid && (layer & LayerSyncBit) != 0,
            KeyIdx = (extension & KeyIdxBit) != 0 ? (byte)(layer & KeyIdxMax) : (byte)0,
            Length = length,
            IsKeyframe = (flags & StartBit) != 0 && (flags & PartitionMask) == 0 && (payload[length] & InterFrameBit) == 0,
        };
        return DropReason.None;
    }

    /// <summary>Reads the picture size from the first payload of a keyframe (RFC 6386 section 9.1).</summary>
    /// <param name="payload">The whole RTP payload, descriptor included.</param>
    /// <param name="width">In pixels, 0 to 16,383, before scaling.</param>
    /// <param name="height">In pixels, 0 to 16,383, before scaling.</param>
    /// <returns>False if the payload does not start a keyframe, is too short, or has no start code.</returns>
    public static bool TryReadKeyframeSize(ReadOnlySpan<byte> payload, out int width, out int height)
    {
        width = 0;
        height = 0;
        if (TryParse(payload, out Vp8PayloadDescriptor descriptor) != DropReason.None || !descriptor.IsKeyframe)
        {
            return false;
        }

        ReadOnlySpan<byte> frame = payload[descriptor.Length..];
        ReadOnlySpan<byte> startCode = [0x9D, 0x01, 0x2A];
        if (frame.Length < KeyframeHeaderLength || !frame[StartCodeOffset..].StartsWith(startCode))
        {
            return false;
        }

        width = BinaryPrimitives.ReadUInt16LittleEndian(frame[WidthOffset..]) & SizeMask;
        height = BinaryPrimitives.ReadUInt16LittleEndian(frame[HeightOffset..]) & SizeMask;
        return true;
    }

    /// <summary>
    /// Writes a descriptor of the same shape and <see cref="Length"/> with other numbers; fields that this one does not have are
    /// left out, and numbers are cut to the width they have here. Reserved bits become 0.
    /// </summary>
    /// <param name="destination">At least <see cref="Length"/> bytes; may be the descriptor's own place.</param>
    /// <returns><see cref="Length"/>.</returns>
    public int Write(Span<byte> destination, ushort pictureId, byte tl0PicIdx, byte keyIdx)
    {
        destination[0] = (byte)(_flags & (ExtendedBit | NonReferenceBit | StartBit | PartitionMask));
        if (!IsExtended)
        {
            return Length;
        }

        destination[1] = (byte)(_extension & (PictureIdBit | Tl0PicIdxBit | TidBit | KeyIdxBit));
        int offset = 2;
        if (HasLongPictureId)
        {
            ushort wide = (ushort)((LongPictureIdBit << 8) | (pictureId & LongPictureIdMax));
            BinaryPrimitives.WriteUInt16BigEndian(destination[offset..], wide);
            offset += 2;
        }
        else if (HasPictureId)
        {
            destination[offset++] = (byte)(pictureId & ShortPictureIdMax);
        }

        if (HasTl0PicIdx)
        {
            destination[offset++] = tl0PicIdx;
        }

        if (HasTid || HasKeyIdx)
        {
            int key = HasKeyIdx ? keyIdx & KeyIdxMax : 0;
            destination[offset] = (byte)((Tid << TidShift) | (LayerSync ? LayerSyncBit : 0) | key);
        }

        return Length;
    }
}
