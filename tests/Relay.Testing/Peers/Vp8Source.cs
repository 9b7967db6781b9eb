using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Relay.Testing.Peers;

/// <summary>
/// Makes VP8 payloads that are right in everything that a relay reads (RFC 7741 descriptor with 15-bit picture id, TL0PICIDX
/// and KEYIDX; RFC 6386 frame header) and hold a <see cref="MediaStamp"/> and filler instead of a picture.
/// </summary>
internal sealed class Vp8Source(ulong mediaTag)
{
    public const int DescriptorBytes = 6;
    public const int KeyframeHeaderBytes = 10;
    public const int DeltaHeaderBytes = 3;

    private const byte ExtendedBit = 0x80;
    private const byte StartBit = 0x10;
    private const byte AllFields = 0xF0;
    private const int Width = 640;
    private const int Height = 480;

    private ushort _pictureId = (ushort)RandomNumberGenerator.GetInt32(0x8000);
    private byte _tl0PicIdx = (byte)RandomNumberGenerator.GetInt32(256);
    private byte _keyIdx = (byte)RandomNumberGenerator.GetInt32(32);
    private uint _frameNumber;

    /// <summary>Frames made so far.</summary>
    public uint FrameCount => _frameNumber;

    /// <summary>The payloads of the next frame, one for each packet.</summary>
    public byte[][] NextFrame(bool isKeyframe, int packets, int payloadBytes)
    {
        _pictureId = (ushort)((_pictureId + 1) & 0x7FFF);
        _tl0PicIdx++;
        _keyIdx = isKeyframe ? (byte)((_keyIdx + 1) & 0x1F) : _keyIdx;
        byte[][] payloads = new byte[packets][];
        for (int i = 0; i < packets; i++)
        {
            payloads[i] = Payload(isKeyframe, i, packets, payloadBytes);
        }

        _frameNumber++;
        return payloads;
    }

    private byte[] Payload(bool isKeyframe, int index, int count, int length)
    {
        byte[] payload = new byte[length];
        payload[0] = (byte)(ExtendedBit | (index == 0 ? StartBit : 0));
        payload[1] = AllFields;
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(2), (ushort)(0x8000 | _pictureId));
        payload[4] = _tl0PicIdx;
        payload[5] = _keyIdx;
        int header = index > 0 ? 0 : isKeyframe ? KeyframeHeaderBytes : DeltaHeaderBytes;
        if (header > 0)
        {
            WriteFrameHeader(payload.AsSpan(DescriptorBytes), isKeyframe);
        }

        Span<byte> rest = payload.AsSpan(DescriptorBytes + header);
        new MediaStamp(mediaTag, _frameNumber, (ushort)index, (ushort)count).Write(rest);
        rest[MediaStamp.Length..].Fill(0x55);
        return payload;
    }

    private static void WriteFrameHeader(Span<byte> frame, bool isKeyframe)
    {
        // Frame tag (RFC 6386 section 9.1), little endian: P, version 0, show_frame, first partition of 1000 bytes.
        const int ShowFrame = 1 << 4;
        const int FirstPartition = 1000 << 5;
        int tag = (isKeyframe ? 0 : 1) | ShowFrame | FirstPartition;
        frame[0] = (byte)tag;
        frame[1] = (byte)(tag >> 8);
        frame[2] = (byte)(tag >> 16);
        if (isKeyframe)
        {
            frame[3] = 0x9D;
            frame[4] = 0x01;
            frame[5] = 0x2A;
            BinaryPrimitives.WriteUInt16LittleEndian(frame[6..], Width);
            BinaryPrimitives.WriteUInt16LittleEndian(frame[8..], Height);
        }
    }
}
