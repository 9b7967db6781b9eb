using System.Globalization;
using System.Text;

namespace Relay.Core.Sdp;

/// <summary>Writes the text of an answer, line by line in the order of RFC 8866 section 5.</summary>
internal sealed class SdpAnswerWriter(SdpOffer offer, SdpAnswerParameters parameters, SdpNegotiation negotiation)
{
    private const int TextCharsTypical = 4096;

    /// <summary>RFC 8829 section 5.2.1: sess-id is below 2^63.</summary>
    private const ulong SessionIdMask = long.MaxValue;

    private readonly StringBuilder _text = new(TextCharsTypical);

    public string Write()
    {
        WriteSession();
        foreach (SdpMedia media in offer.Media)
        {
            if (media == negotiation.Audio?.Offered)
            {
                WriteAccepted(negotiation.Audio);
            }
            else if (media == negotiation.Video?.Offered)
            {
                WriteAccepted(negotiation.Video);
            }
            else
            {
                WriteRejected(media);
            }
        }

        return _text.ToString();
    }

    private void WriteSession()
    {
        Line("v=0");
        Line($"o=- {parameters.SessionId & SessionIdMask} 1 IN IP4 0.0.0.0");
        Line("s=-");
        Line("t=0 0");
        Line("a=ice-lite");
        if (negotiation.Tagged!.Offered.Ice2)
        {
            Line("a=ice-options:ice2");
        }

        if (negotiation.BundleMids.Count > 0)
        {
            Line($"a=group:BUNDLE {string.Join(' ', negotiation.BundleMids)}");
        }

        if (offer.Session.ExtmapAllowMixed)
        {
            Line("a=extmap-allow-mixed");
        }

        Line("a=msid-semantic:WMS *");
    }

    /// <summary>RFC 3264 section 6: port 0, protocol and formats as offered.</summary>
    private void WriteRejected(SdpMedia media)
    {
        Line($"m={media.Media} 0 {media.Protocol} {media.Formats}");
        Line("c=IN IP4 0.0.0.0");
        if (media.Mid is not null)
        {
            Line($"a=mid:{media.Mid}");
        }

        Line("a=inactive");
    }

    private void WriteAccepted(SdpAcceptedMedia media)
    {
        _text.Append(CultureInfo.InvariantCulture, $"m={media.Offered.Media} 9 {media.Offered.Protocol}");
        foreach (NegotiatedCodec codec in media.Negotiated.Codecs)
        {
            _text.Append(CultureInfo.InvariantCulture, $" {codec.PayloadType}");
            if (codec.RtxPayloadType is { } rtx)
            {
                _text.Append(CultureInfo.InvariantCulture, $" {rtx}");
            }
        }

        _text.Append("\r\n");
        Line("c=IN IP4 0.0.0.0");
        Line("a=rtcp:9 IN IP4 0.0.0.0");
        WriteTransport(media);
        WriteStream(media);
        foreach (NegotiatedCodec codec in media.Negotiated.Codecs)
        {
            WriteCodec(codec);
        }

        if (media.Negotiated.Direction.Sends())
        {
            WriteSources(media.Negotiated);
        }
    }

    /// <summary>
    /// Credentials and fingerprint are in every m-line although RFC 9143 asks for them in the tagged one only: older clients
    /// look for them in each, and nobody minds. Candidates are in the tagged one.
    /// </summary>
    private void WriteTransport(SdpAcceptedMedia media)
    {
        if (media == negotiation.Tagged)
        {
            SdpCandidate.WriteAll(_text, parameters.Candidates, parameters.TcpCandidates);
        }

        Line($"a=ice-ufrag:{parameters.UsernameFragment}");
        Line($"a=ice-pwd:{parameters.Password}");
        _text.Append("a=fingerprint:");
        SdpFingerprint.Write(_text, SdpFingerprintAlgorithm.Sha256, parameters.Fingerprint.Span);
        _text.Append("\r\n");
        Line("a=setup:passive");
    }

    private void WriteStream(SdpAcceptedMedia media)
    {
        if (media.Offered.Mid is not null)
        {
            Line($"a=mid:{media.Offered.Mid}");
        }

        if (media.Offered.ExtmapAllowMixed && !offer.Session.ExtmapAllowMixed)
        {
            Line("a=extmap-allow-mixed");
        }

        foreach (SdpAcceptedExtension extension in media.Extensions)
        {
            string direction = extension.Direction is { } said ? "/" + said.ToAttribute() : string.Empty;
            Line($"a=extmap:{extension.Id}{direction} {SdpExtensions.Uri(extension.Extension)}");
        }

        Line($"a={media.Negotiated.Direction.ToAttribute()}");
        if (media.Negotiated.Direction.Sends())
        {
            Line($"a=msid:{parameters.StreamId} {TrackId(media.Negotiated)}");
        }

        Line("a=rtcp-mux");
        if (media.Negotiated.RtcpReducedSize)
        {
            Line("a=rtcp-rsize");
        }
    }

    private void WriteCodec(NegotiatedCodec codec)
    {
        byte number = codec.PayloadType;
        switch (codec.Kind)
        {
            case SdpCodecKind.Opus:
                Line($"a=rtpmap:{number} opus/48000/2");
                break;
            case SdpCodecKind.Red:
                Line($"a=rtpmap:{number} red/48000/2");
                break;
            case SdpCodecKind.H264:
                Line($"a=rtpmap:{number} H264/90000");
                break;
            default:
                Line($"a=rtpmap:{number} VP8/90000");
                break;
        }

        foreach ((SdpFeedback flag, string value) in SdpFeedbacks.All)
        {
            if ((codec.Feedback & flag) != SdpFeedback.None)
            {
                Line($"a=rtcp-fb:{number} {value}");
            }
        }

        switch (codec.Kind)
        {
            case SdpCodecKind.Opus:
                Line($"a=fmtp:{number} minptime=10;useinbandfec=1{(codec.UseDtx ? ";usedtx=1" : string.Empty)}");
                break;
            case SdpCodecKind.Red:
                Line($"a=fmtp:{number} {codec.RedundantPayloadType}/{codec.RedundantPayloadType}");
                break;
            case SdpCodecKind.H264:
                Line($"a=fmtp:{number} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id={codec.ProfileLevelId}");
                break;
        }

        if (codec.RtxPayloadType is { } rtx)
        {
            Line($"a=rtpmap:{rtx} rtx/90000");
            Line($"a=fmtp:{rtx} apt={number}");
        }
    }

    /// <summary>RFC 5576 and its older a=ssrc msid form, which plan-B stacks read.</summary>
    private void WriteSources(NegotiatedMedia media)
    {
        if (media.Kind == SdpMediaKind.Audio)
        {
            WriteSource(parameters.AudioSsrc, media);
            return;
        }

        bool rtx = false;
        foreach (NegotiatedCodec codec in media.Codecs)
        {
            rtx |= codec.RtxPayloadType is not null;
        }

        if (rtx)
        {
            Line($"a=ssrc-group:FID {parameters.VideoSsrc} {parameters.VideoRtxSsrc}");
        }

        WriteSource(parameters.VideoSsrc, media);
        if (rtx)
        {
            WriteSource(parameters.VideoRtxSsrc, media);
        }
    }

    private void WriteSource(uint ssrc, NegotiatedMedia media)
    {
        Line($"a=ssrc:{ssrc} cname:{parameters.Cname}");
        Line($"a=ssrc:{ssrc} msid:{parameters.StreamId} {TrackId(media)}");
    }

    private string TrackId(NegotiatedMedia media) =>
        media.Kind == SdpMediaKind.Audio ? parameters.AudioTrackId : parameters.VideoTrackId;

    private void Line(string line) => _text.Append(line).Append("\r\n");
}
