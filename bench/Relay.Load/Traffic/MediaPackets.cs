using System.Buffers.Binary;
using Relay.Core.Rtp;
using Relay.Testing.Peers;

namespace Relay.Load.Traffic;

/// <summary>
/// Writes the plain RTP packets of a leg: VP8 frames of ten packets with a keyframe now and then, or Opus packets. The last
/// bytes say which leg's packet it is, and which.
/// </summary>
internal static class MediaPackets
{
    /// <summary>The shortest packet that holds headers and stamp.</summary>
    public const int BytesMin = RtpHeaderWriter.Length + Vp8DescriptorBytes + KeyframeHeaderBytes + MediaStamp.Length;

    public const byte VideoPayloadType = 96;
    public const byte AudioPayloadType = 111;

    private const int PacketsPerFrame = 10;
    private const int FramesPerKeyframe = 60;
    private const int Vp8DescriptorBytes = 6;
    private const int KeyframeHeaderBytes = 10;
    private const byte OpusFullBand20Ms = 0xF8;
    private const byte Filler = 0x55;

    /// <summary>Fills <paramref name="packet"/>; returns the length of its header.</summary>
    /// <param name="seconds">When it will be sent, on a clock of the caller's.</param>
    public static int Write(Span<byte> packet, LoadLeg leg, MediaKind kind, uint number, double seconds)
    {
        bool isVideo = kind == MediaKind.Video;
        uint frame = number / PacketsPerFrame;
        bool marker = isVideo && number % PacketsPerFrame == PacketsPerFrame - 1;
        uint timestamp = (uint)(long)(seconds * (isVideo ? 90_000 : 48_000));
        RtpHeaderWriter.Write(packet, marker, leg.PayloadType, (ushort)number, timestamp, leg.Ssrc, hasExtension: false);
        Span<byte> payload = packet[RtpHeaderWriter.Length..];
        payload.Fill(Filler);
        if (isVideo)
        {
            WriteVp8(payload, frame, isFirst: number % PacketsPerFrame == 0);
        }
        else
        {
            payload[0] = OpusFullBand20Ms;
        }

        new MediaStamp((ulong)leg.Index, number, 0, 0).Write(payload[^MediaStamp.Length..]);
        return RtpHeaderWriter.Length;
    }

    /// <summary>The stamp of a plain packet; false if it has none.</summary>
    public static bool TryReadStamp(ReadOnlySpan<byte> packet, out MediaStamp stamp)
    {
        stamp = default;
        return packet.Length >= BytesMin && MediaStamp.TryRead(packet[^MediaStamp.Length..], out stamp);
    }

    // RFC 7741 section 4.2 with every field; RFC 6386 section 9.1 for a frame's first packet.
    private static void WriteVp8(Span<byte> payload, uint frame, bool isFirst)
    {
        bool isKeyframe = frame % FramesPerKeyframe == 0;
        payload[0] = (byte)(0x80 | (isFirst ? 0x10 : 0));
        payload[1] = 0xF0;
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)(0x8000 | (frame & 0x7FFF)));
        payload[4] = (byte)frame;
        payload[5] = (byte)((frame / FramesPerKeyframe) & 0x1F);
        if (!isFirst)
        {
            return;
        }

        Span<byte> header = payload[Vp8DescriptorBytes..];
        int tag = (isKeyframe ? 0 : 1) | (1 << 4) | (1000 << 5);
        (header[0], header[1], header[2]) = ((byte)tag, (byte)(tag >> 8), (byte)(tag >> 16));
        if (isKeyframe)
        {
            (header[3], header[4], header[5]) = (0x9D, 0x01, 0x2A);
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 640);
            BinaryPrimitives.WriteUInt16LittleEndian(header[8..], 480);
        }
    }
}
