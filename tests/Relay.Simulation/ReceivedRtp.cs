using System.Text;
using Relay.Core.Codecs;
using Relay.Core.Primitives;
using Relay.Core.Rtp;

namespace Relay.Simulation;

/// <summary>One decrypted RTP packet as a peer saw it.</summary>
public sealed record ReceivedRtp
{
    public ReceivedRtp(in RtpPacketReader rtp, SimulatedMedia media, Instant time)
    {
        PayloadType = rtp.PayloadType;
        Ssrc = rtp.Ssrc;
        Sequence = rtp.SequenceNumber;
        Timestamp = rtp.Timestamp;
        Marker = rtp.Marker;
        Payload = rtp.Payload.ToArray();
        HasMid = rtp.TryGetExtension(media.MidExtensionId, out ReadOnlySpan<byte> mid);
        ExtensionProfile = rtp.ExtensionProfile;
        HasAbsSendTime = media.AbsSendTimeExtensionId != 0 && rtp.TryGetExtension(media.AbsSendTimeExtensionId, out _);
        Orientation = media.VideoOrientationExtensionId != 0
            && rtp.TryGetExtension(media.VideoOrientationExtensionId, out ReadOnlySpan<byte> orientation)
            ? orientation[0]
            : null;
        Mid = Encoding.ASCII.GetString(mid);
        Time = time;
        if (PayloadType == media.VideoPayloadType)
        {
            Vp8PayloadDescriptor.TryParse(Payload, out Vp8PayloadDescriptor descriptor);
            Vp8 = descriptor;
        }
    }

    public byte PayloadType { get; }

    public uint Ssrc { get; }

    public ushort Sequence { get; }

    public uint Timestamp { get; }

    public bool Marker { get; }

    public byte[] Payload { get; }

    public ushort ExtensionProfile { get; }

    public bool HasAbsSendTime { get; }

    public byte? Orientation { get; }

    public bool HasMid { get; }

    public string Mid { get; }

    public Vp8PayloadDescriptor Vp8 { get; }

    public Instant Time { get; }

    /// <summary>The seed of the peer that sent it.</summary>
    public bool IsFrom(byte seed) => Encoding.ASCII.GetString(Payload).Contains($"from {seed} ", StringComparison.Ordinal);
}
