using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Rtp;

namespace Relay.Core.Sfu;

/// <summary>
/// Which media section an incoming packet belongs to (RFC 9143 section 9.2): the SSRC if it is known, from the offer or
/// from before; else the MID; else the payload type. An SSRC is latched once, main stream and retransmissions alike.
/// </summary>
internal sealed class StreamDemux
{
    /// <summary>SSRCs that one leg may use in its life: two sections, their retransmissions, and a few encoder restarts.</summary>
    public const int StreamsMax = 16;

    private readonly MediaParameters _audio;
    private readonly MediaParameters _video;
    private readonly Stream[] _streams = new Stream[StreamsMax];
    private int _count;

    public StreamDemux(in MediaParameters audio, in MediaParameters video)
    {
        _audio = audio;
        _video = video;
        Latch(audio.RemoteSsrc, MediaKind.Audio);
        Latch(video.RemoteSsrc, MediaKind.Video);
        Latch(video.RemoteRtxSsrc, MediaKind.Video);
    }

    /// <summary>Finds the section and the codec of a packet.</summary>
    /// <param name="rtp">A decrypted packet.</param>
    /// <param name="kind">The section.</param>
    /// <param name="codec">The codec that the payload type names there.</param>
    /// <param name="isRtx">The payload type is that of retransmissions.</param>
    public DropReason TryFind(in RtpPacketReader rtp, out MediaKind kind, out CodecParameters codec, out bool isRtx)
    {
        codec = default;
        isRtx = false;
        int known = Find(rtp.Ssrc);
        kind = known >= 0 ? _streams[known].Kind : MediaKind.Audio;
        if (known < 0 && !TryFindByMid(rtp, out kind) && !TryFindByPayloadType(rtp.PayloadType, out kind))
        {
            return DropReason.RtpUnknownStream;
        }

        if (!(kind == MediaKind.Audio ? _audio : _video).TryGetCodec(rtp.PayloadType, out codec, out isRtx))
        {
            return DropReason.RtpUnknownPayloadType;
        }

        return known >= 0 || Latch(rtp.Ssrc, kind) ? DropReason.None : DropReason.RtpTooManyStreams;
    }

    /// <summary>True if the SSRC belongs to the section.</summary>
    public bool TryGetKind(uint ssrc, out MediaKind kind)
    {
        int index = Find(ssrc);
        kind = index >= 0 ? _streams[index].Kind : default;
        return index >= 0;
    }

    private bool TryFindByMid(in RtpPacketReader rtp, out MediaKind kind)
    {
        kind = MediaKind.Audio;
        if (HasMid(rtp, _audio))
        {
            return true;
        }

        kind = MediaKind.Video;
        return HasMid(rtp, _video);
    }

    private static bool HasMid(in RtpPacketReader rtp, in MediaParameters section) =>
        section.MidExtensionId != 0
        && rtp.TryGetExtension(section.MidExtensionId, out ReadOnlySpan<byte> mid)
        && mid.SequenceEqual(section.Mid.Value);

    private bool TryFindByPayloadType(byte payloadType, out MediaKind kind)
    {
        bool isAudio = _audio.TryGetCodec(payloadType, out _, out _);
        bool isVideo = _video.TryGetCodec(payloadType, out _, out _);
        kind = isAudio ? MediaKind.Audio : MediaKind.Video;
        return isAudio != isVideo;
    }

    private int Find(uint ssrc)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_streams[i].Ssrc == ssrc)
            {
                return i;
            }
        }

        return -1;
    }

    private bool Latch(uint ssrc, MediaKind kind)
    {
        if (_count == StreamsMax)
        {
            return false;
        }

        if (ssrc != 0)
        {
            _streams[_count++] = new Stream { Ssrc = ssrc, Kind = kind };
        }

        return true;
    }

    private struct Stream
    {
        public uint Ssrc;
        public MediaKind Kind;
    }
}
