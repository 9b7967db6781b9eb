using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Codecs;

// RFC 6184 section 5.2 and 5.3: the first byte is a NAL unit header; types 1 to 23 are single NAL units (section 5.6).
//
//      0 1 2 3 4 5 6 7
//     +-+-+-+-+-+-+-+-+
//     |F|NRI|  Type   |
//     +-+-+-+-+-+-+-+-+
//
// Section 5.7.1, STAP-A (24): then any number of          Section 5.8, FU-A (28): then one FU header
//     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                       +-+-+-+-+-+-+-+-+
//     |        NAL unit size          |                       |S|E|R|  Type   |
//     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                       +-+-+-+-+-+-+-+-+
//     |     NAL unit, header included ...                     | fragment of the unit, header left out ...
//
// ITU-T H.264 section 7.3.3: a slice starts with first_mb_in_slice as ue(v), whose value 0 is the single bit 1.

/// <summary>What the start of an H.264 payload says about its frame.</summary>
/// <param name="NalType">Type of the (first) NAL unit inside, 1 to 23; for a fragment the type of its unit.</param>
/// <param name="HasSps">A sequence parameter set starts here.</param>
/// <param name="HasPps">A picture parameter set starts here.</param>
/// <param name="HasIdr">The first slice of an IDR picture starts here.</param>
/// <param name="IsFrameStart">A unit that begins an access unit starts here: delimiter, SPS, PPS, SEI or first slice.</param>
public readonly record struct H264FrameInfo(byte NalType, bool HasSps, bool HasPps, bool HasIdr, bool IsFrameStart)
{
    /// <summary>
    /// A decoder may start here: parameter sets (which senders put just before an IDR picture, with its timestamp), or the first
    /// slice of the IDR picture itself.
    /// </summary>
    public bool IsKeyframe => HasSps || HasIdr;
}

/// <summary>Reads the start of H.264 payloads of packetization modes 0 and 1.</summary>
public static class H264PayloadReader
{
    /// <summary>More NAL units than this in one STAP-A is an attack, not a picture.</summary>
    public const int AggregatedUnitsMax = 64;

    private const byte TypeMask = 0x1F;
    private const byte StartBit = 0x80;
    private const byte FirstSliceBit = 0x80;

    private const byte NonIdrSlice = 1;
    private const byte PartitionA = 2;
    private const byte IdrSlice = 5;
    private const byte Sei = 6;
    private const byte Sps = 7;
    private const byte Pps = 8;
    private const byte AccessUnitDelimiter = 9;
    private const byte SingleUnitMax = 23;
    private const byte StapA = 24;
    private const byte FuA = 28;

    private const int SizeLength = 2;
    private const int FuHeaderOffset = 1;
    private const int FuDataOffset = 2;

    /// <summary>Reads what starts in a payload.</summary>
    /// <param name="info">For a fragment in the middle of a unit everything but the type is false.</param>
    /// <returns>
    /// <see cref="DropReason.PayloadTruncated"/>, or <see cref="DropReason.PayloadMalformed"/> for types that packetization modes
    /// 0 and 1 do not have (RFC 6184 section 6) and for bad aggregates.
    /// </returns>
    public static DropReason TryReadFrameStart(ReadOnlySpan<byte> payload, out H264FrameInfo info)
    {
        info = default;
        if (payload.IsEmpty)
        {
            return DropReason.PayloadTruncated;
        }

        byte type = (byte)(payload[0] & TypeMask);
        switch (type)
        {
            case > 0 and <= SingleUnitMax:
                info = Describe(type, payload[1..]);
                return DropReason.None;
            case StapA:
                return TryReadAggregate(payload[1..], out info);
            case FuA:
                return TryReadFragment(payload, out info);
            default:
                return DropReason.PayloadMalformed;
        }
    }

    private static DropReason TryReadFragment(ReadOnlySpan<byte> payload, out H264FrameInfo info)
    {
        info = default;
        if (payload.Length <= FuDataOffset)
        {
            return DropReason.PayloadTruncated;
        }

        byte type = (byte)(payload[FuHeaderOffset] & TypeMask);
        if (type is 0 or > SingleUnitMax)
        {
            return DropReason.PayloadMalformed;
        }

        bool starts = (payload[FuHeaderOffset] & StartBit) != 0;
        info = starts ? Describe(type, payload[FuDataOffset..]) : new H264FrameInfo(type, false, false, false, false);
        return DropReason.None;
    }

    private static DropReason TryReadAggregate(ReadOnlySpan<byte> units, out H264FrameInfo info)
    {
        info = default;
        H264FrameInfo sum = default;
        int count = 0;
        do
        {
            if (units.Length < SizeLength)
            {
                return DropReason.PayloadTruncated;
            }

            int size = BinaryPrimitives.ReadUInt16BigEndian(units);
            if (size > units.Length - SizeLength)
            {
                return DropReason.PayloadTruncated;
            }

            byte type = size == 0 ? (byte)0 : (byte)(units[SizeLength] & TypeMask);
            if (type is 0 or > SingleUnitMax || ++count > AggregatedUnitsMax)
            {
                return DropReason.PayloadMalformed;
            }

            H264FrameInfo unit = Describe(type, units.Slice(SizeLength + 1, size - 1));
            sum = new H264FrameInfo(
                count == 1 ? type : sum.NalType,
                sum.HasSps || unit.HasSps,
                sum.HasPps || unit.HasPps,
                sum.HasIdr || unit.HasIdr,
                sum.IsFrameStart || unit.IsFrameStart);
            units = units[(SizeLength + size)..];
        }
        while (!units.IsEmpty);

        info = sum;
        return DropReason.None;
    }

    /// <param name="data">What follows the unit's header byte.</param>
    private static H264FrameInfo Describe(byte type, ReadOnlySpan<byte> data)
    {
        bool isSlice = type is NonIdrSlice or PartitionA or IdrSlice;
        bool isFirstSlice = isSlice && !data.IsEmpty && (data[0] & FirstSliceBit) != 0;
        return new H264FrameInfo(
            type,
            type == Sps,
            type == Pps,
            type == IdrSlice && isFirstSlice,
            isFirstSlice || type is Sei or Sps or Pps or AccessUnitDelimiter);
    }
}
