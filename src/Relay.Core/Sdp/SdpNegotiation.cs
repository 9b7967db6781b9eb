namespace Relay.Core.Sdp;

/// <summary>An m-line that the answer accepts, with what it agrees to.</summary>
internal sealed record SdpAcceptedMedia(
    SdpMedia Offered, NegotiatedMedia Negotiated, IReadOnlyList<SdpAcceptedExtension> Extensions);

/// <summary>
/// Decides what of an offer is accepted: the first usable audio m-line, the first usable video m-line if there is one, and
/// one transport for both.
/// </summary>
internal sealed class SdpNegotiation(SdpOffer offer, SdpAnswerParameters parameters, SdpError error)
{
    private string? _whyNoAudio;

    public SdpAcceptedMedia? Audio { get; private set; }

    public SdpAcceptedMedia? Video { get; private set; }

    /// <summary>The accepted mids in the offer's BUNDLE order; empty without BUNDLE.</summary>
    public List<string> BundleMids { get; } = [];

    /// <summary>The m-line whose transport attributes count on both sides; set once negotiation succeeded.</summary>
    public SdpAcceptedMedia? Tagged { get; private set; }

    /// <summary>Null on a problem, which is then in the error.</summary>
    public NegotiatedSession? Run()
    {
        if (offer.IceLite)
        {
            error.Set(
                SdpProblem.NotSupported, "The offer says a=ice-lite, as the relay does; the client must be a full ICE agent.");
            return null;
        }

        SelectMedia();
        if (!TryCheckSelection() || !TryChooseTransport(out SdpSection transport) || !TryCheckSetup(transport.Setup))
        {
            return null;
        }

        SdpFingerprint? fingerprint = ChooseFingerprint(transport);
        return fingerprint is null ? null : new NegotiatedSession
        {
            RemoteUsernameFragment = transport.UsernameFragment!,
            RemotePassword = transport.Password!,
            RemoteFingerprint = fingerprint,
            Audio = Audio!.Negotiated,
            Video = Video?.Negotiated,
            BundleMids = BundleMids,
            ExtmapAllowMixed = Audio.Offered.ExtmapAllowMixed && (Video?.Offered.ExtmapAllowMixed ?? true),
        };
    }

    private void SelectMedia()
    {
        foreach (SdpMedia media in offer.Media)
        {
            if (media.Kind == SdpMediaKind.Audio && Audio is null)
            {
                Audio = Accept(media);
            }
        }

        foreach (SdpMedia media in offer.Media)
        {
            if (media.Kind == SdpMediaKind.Video && Video is null && Audio is not null)
            {
                Video = Accept(media);
            }
        }
    }

    /// <summary>Null if the m-line is of no use; then it is rejected with port 0.</summary>
    private SdpAcceptedMedia? Accept(SdpMedia media)
    {
        bool isAudio = media.Kind == SdpMediaKind.Audio;
        List<NegotiatedCodec> codecs = SdpCodecMatch.Match(media, parameters, Audio?.Negotiated.Codecs ?? []);
        string? refusal = media switch
        {
            { IsRejected: true } => "is switched off (port 0); offer it with a port",
            { BundleOnly: true } when !offer.IsBundled(media) =>
                "is bundle-only but not in a=group:BUNDLE; add its mid to the group",
            { IsRtpOverDtls: false } => "does not use UDP/TLS/RTP/SAVPF; offer DTLS-SRTP with feedback",
            _ when codecs.Count == 0 => "has no codec that the relay forwards; offer opus/48000/2",
            _ => null,
        };
        if (refusal is not null)
        {
            _whyNoAudio ??= isAudio ? FormattableString.Invariant($"Line {media.LineNumber}: the audio m-line {refusal}.") : null;
            return null;
        }

        List<SdpAcceptedExtension> extensions = SdpExtensionMatch.Match(media, offer, parameters, Audio?.Extensions ?? []);
        AgreeOnTransportCc(codecs, extensions);
        var negotiated = new NegotiatedMedia
        {
            Kind = media.Kind,
            Mid = media.Mid ?? string.Empty,
            Direction = media.Direction.Mirror(),
            Codecs = codecs,
            MidExtensionId = SdpExtensionMatch.IdOf(extensions, SdpExtension.Mid),
            AbsSendTimeExtensionId = SdpExtensionMatch.IdOf(extensions, SdpExtension.AbsSendTime),
            TransportCcExtensionId = SdpExtensionMatch.IdOf(extensions, SdpExtension.TransportCc),
            VideoOrientationExtensionId = SdpExtensionMatch.IdOf(extensions, SdpExtension.VideoOrientation),
            AudioLevelExtensionId = SdpExtensionMatch.IdOf(extensions, SdpExtension.AudioLevel),
            VideoContentTypeExtensionId = SdpExtensionMatch.IdOf(extensions, SdpExtension.VideoContentType),
            RemoteSources = media.Sources,
            RtcpReducedSize = media.RtcpReducedSize,
        };
        return new SdpAcceptedMedia(media, negotiated, extensions);
    }

    /// <summary>Numbers without feedback, for any of the codecs, are of no use; nor is feedback without numbers.</summary>
    private static void AgreeOnTransportCc(List<NegotiatedCodec> codecs, List<SdpAcceptedExtension> extensions)
    {
        bool isAgreed = SdpExtensionMatch.IdOf(extensions, SdpExtension.TransportCc) != 0;
        foreach (NegotiatedCodec codec in codecs)
        {
            // Clients name feedback for Opus alone, and mean its copies too.
            isAgreed &= codec.Kind == SdpCodecKind.Red || codec.Feedback.HasFlag(SdpFeedback.TransportCc);
        }

        if (isAgreed)
        {
            return;
        }

        extensions.RemoveAll(accepted => accepted.Extension == SdpExtension.TransportCc);
        for (int i = 0; i < codecs.Count; i++)
        {
            codecs[i] = codecs[i] with { Feedback = codecs[i].Feedback & ~SdpFeedback.TransportCc };
        }
    }

    private bool TryCheckSelection()
    {
        if (Audio is null)
        {
            return error.Set(
                SdpProblem.NotSupported,
                _whyNoAudio ?? "The offer has no audio m-line; add a transceiver of kind audio (recvonly without a microphone).");
        }

        return TryCheckMux(Audio.Offered) && (Video is null || TryCheckMux(Video.Offered)) && TryBundle();
    }

    private bool TryCheckMux(SdpMedia media) => media.RtcpMux || error.Set(
        SdpProblem.NotSupported,
        media.LineNumber,
        "the m-line has no a=rtcp-mux; the relay needs it (rtcpMuxPolicy \"require\").");

    /// <summary>With two m-lines BUNDLE is a must: a leg has one transport.</summary>
    private bool TryBundle()
    {
        SdpAcceptedMedia? unbundled = !offer.IsBundled(Audio!.Offered) ? Audio
            : Video is not null && !offer.IsBundled(Video.Offered) ? Video : null;
        if (unbundled is not null)
        {
            Tagged = Audio;
            return Video is null || error.Set(
                SdpProblem.NotSupported,
                unbundled.Offered.LineNumber,
                "the m-line is not in a=group:BUNDLE; audio and video share one transport (bundlePolicy \"max-bundle\").");
        }

        foreach (string mid in offer.BundleMids)
        {
            SdpMedia? media = offer.FindMid(mid);
            SdpAcceptedMedia? accepted = media == Audio!.Offered ? Audio : Video;
            if (media is not null && media == accepted?.Offered)
            {
                BundleMids.Add(mid);
                Tagged ??= accepted;
            }
        }

        return true;
    }

    /// <summary>
    /// RFC 9143 section 7.3.1: the first accepted m-line of the group gives the transport. If it says nothing, because it is
    /// bundle-only, the offerer's tagged m-line does.
    /// </summary>
    private bool TryChooseTransport(out SdpSection transport)
    {
        SdpMedia tagged = Tagged!.Offered;
        SdpMedia? offererTagged = offer.BundleMids.Count > 0 && BundleMids.Count > 0 ? offer.FindMid(offer.BundleMids[0]) : null;
        bool useOfferers = tagged.UsernameFragment is null && tagged.Password is null && offererTagged is not null;
        transport = useOfferers ? offererTagged! : tagged;
        if (transport.UsernameFragment is null || transport.Password is null)
        {
            return error.Set(
                SdpProblem.Malformed,
                tagged.LineNumber,
                "neither the m-line nor the session level has both a=ice-ufrag and a=ice-pwd; an offer needs both.");
        }

        return true;
    }

    private bool TryCheckSetup(SdpSetup setup) => setup switch
    {
        SdpSetup.Passive => error.Set(
            SdpProblem.NotSupported,
            Tagged!.Offered.LineNumber,
            "a=setup:passive; the relay is always passive, so offer actpass or active."),
        SdpSetup.HoldConn => error.Set(
            SdpProblem.NotSupported,
            Tagged!.Offered.LineNumber,
            "a=setup:holdconn opens no connection; offer actpass or active."),
        _ => true,
    };

    private SdpFingerprint? ChooseFingerprint(SdpSection transport)
    {
        SdpFingerprint? best = null;
        foreach (SdpFingerprint fingerprint in transport.Fingerprints)
        {
            if (fingerprint.Algorithm > (best?.Algorithm ?? SdpFingerprintAlgorithm.None))
            {
                best = fingerprint;
            }
        }

        if (best is null)
        {
            bool none = transport.Fingerprints.Count == 0;
            error.Set(
                none ? SdpProblem.Malformed : SdpProblem.NotSupported,
                Tagged!.Offered.LineNumber,
                none
                    ? "neither the m-line nor the session level has a=fingerprint; the relay speaks DTLS-SRTP only."
                    : "the m-line's fingerprints use broken or unknown hash functions; offer sha-256, sha-384 or sha-512.");
        }

        return best;
    }
}
