using System.Text;
using Relay.Core.Codecs;
using Relay.Core.Dtls;
using Relay.Core.Ice;
using Relay.Core.Sdp;

namespace Relay.Core.Sfu;

/// <summary>
/// Turns what SDP negotiated into what a worker needs: strings become the plain values that cross the mailbox. Control
/// plane only.
/// </summary>
public static class TransportNegotiation
{
    /// <summary>Puts the two sides of a leg together.</summary>
    /// <param name="session">What was negotiated.</param>
    /// <param name="answer">The relay's side of it.</param>
    /// <param name="local">The relay's ICE credentials, the same as in the answer.</param>
    /// <param name="parameters">The result.</param>
    /// <returns>False if a MID or the peer's ufrag does not fit; SDP's own limits make that an oddity.</returns>
    public static bool TryCreate(
        NegotiatedSession session, SdpAnswerParameters answer, in IceCredentials local, out TransportParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(answer);
        parameters = default;
        if (!IceRemoteUfrag.TryCreate(session.RemoteUsernameFragment, out IceRemoteUfrag remoteUfrag)
            || !TryCreateMedia(session.Audio, out MediaParameters audio)
            || !TryCreateMedia(session.Video, out MediaParameters video))
        {
            return false;
        }

        audio.LocalSsrc = answer.AudioSsrc;
        video.LocalSsrc = answer.VideoSsrc;
        video.LocalRtxSsrc = answer.VideoRtxSsrc;
        parameters = new TransportParameters
        {
            LocalIce = local,
            RemoteUfrag = remoteUfrag,
            RemoteFingerprint = new DtlsFingerprint(
                ToDtls(session.RemoteFingerprint.Algorithm), session.RemoteFingerprint.Digest.Span),
            Cname = new InlineText(Encoding.ASCII.GetBytes(answer.Cname)),
            Audio = audio,
            Video = video,
        };
        return true;
    }

    private static bool TryCreateMedia(NegotiatedMedia? media, out MediaParameters parameters)
    {
        parameters = default;
        if (media is null)
        {
            return true;
        }

        byte[] mid = Encoding.UTF8.GetBytes(media.Mid);
        if (mid.Length > InlineText.MaxBytes)
        {
            return false;
        }

        SdpSource source = media.RemoteSources.Count > 0 ? media.RemoteSources[0] : default;
        parameters = new MediaParameters
        {
            Mid = new InlineText(mid),
            // The negotiated direction is the relay's: what it receives, the peer produces.
            CanProduce = media.Direction.Receives(),
            CanConsume = media.Direction.Sends(),
            MidExtensionId = media.MidExtensionId,
            AbsSendTimeExtensionId = media.AbsSendTimeExtensionId,
            TransportCcExtensionId = media.TransportCcExtensionId,
            VideoOrientationExtensionId = media.VideoOrientationExtensionId,
            AudioLevelExtensionId = media.AudioLevelExtensionId,
            VideoContentTypeExtensionId = media.VideoContentTypeExtensionId,
            RemoteSsrc = source.Ssrc,
            RemoteRtxSsrc = source.RtxSsrc,
        };
        foreach (NegotiatedCodec codec in media.Codecs)
        {
            parameters.Add(new CodecParameters
            {
                Codec = ToCodec(codec.Kind),
                PayloadType = codec.PayloadType,
                HasRtx = codec.RtxPayloadType.HasValue,
                RtxPayloadType = codec.RtxPayloadType.GetValueOrDefault(),
                HasNack = codec.Feedback.HasFlag(SdpFeedback.Nack),
                HasPli = codec.Feedback.HasFlag(SdpFeedback.NackPli),
                HasFir = codec.Feedback.HasFlag(SdpFeedback.CcmFir),
                HasRemb = codec.Feedback.HasFlag(SdpFeedback.GoogRemb),
            });
        }

        return true;
    }

    private static CodecKind ToCodec(SdpCodecKind kind) => kind switch
    {
        SdpCodecKind.Opus => CodecKind.Opus,
        SdpCodecKind.Red => CodecKind.Red,
        SdpCodecKind.Vp8 => CodecKind.Vp8,
        SdpCodecKind.H264 => CodecKind.H264,
        _ => CodecKind.None,
    };

    private static DtlsFingerprintAlgorithm ToDtls(SdpFingerprintAlgorithm algorithm) => algorithm switch
    {
        SdpFingerprintAlgorithm.Sha256 => DtlsFingerprintAlgorithm.Sha256,
        SdpFingerprintAlgorithm.Sha384 => DtlsFingerprintAlgorithm.Sha384,
        SdpFingerprintAlgorithm.Sha512 => DtlsFingerprintAlgorithm.Sha512,
        _ => DtlsFingerprintAlgorithm.None,
    };
}
