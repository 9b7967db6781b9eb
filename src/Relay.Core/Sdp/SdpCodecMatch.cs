namespace Relay.Core.Sdp;

/// <summary>Finds the codecs of an offered m-line that the relay forwards (RFC 3264 section 6.1).</summary>
internal static class SdpCodecMatch
{
    public const uint OpusClockRate = 48_000;

    public const byte OpusChannels = 2;

    public const uint VideoClockRate = 90_000;

    // With rtcp-mux these payload types cannot be told from RTCP (RFC 5761 section 4).
    private const byte RtcpConflictFirst = 64;
    private const byte RtcpConflictLast = 95;

    /// <summary>
    /// At most one payload type of each kind, in the order of the parameters. Payload types that <paramref name="taken"/>
    /// uses are passed over: on one transport a number means one codec (RFC 9143 section 9.1).
    /// </summary>
    public static List<NegotiatedCodec> Match(
        SdpMedia media, SdpAnswerParameters parameters, IReadOnlyList<NegotiatedCodec> taken)
    {
        var codecs = new List<NegotiatedCodec>();
        foreach (SdpCodecKind kind in parameters.Codecs)
        {
            if (KindOf(kind) == media.Kind
                && !Contains(codecs, kind)
                && Find(media, kind, codecs, taken) is { } offered)
            {
                codecs.Add(Negotiate(media, kind, offered, parameters, taken) with { RedundantPayloadType = OpusOf(codecs) });
            }
        }

        PutFirstWhatIsPreferred(media, codecs);
        return codecs;
    }

    // RED is Opus in another wrapping: which of the two a client sends is its own to say, by its order.
    private static void PutFirstWhatIsPreferred(SdpMedia media, List<NegotiatedCodec> codecs)
    {
        int red = codecs.FindIndex(c => c.Kind == SdpCodecKind.Red);
        int opus = codecs.FindIndex(c => c.Kind == SdpCodecKind.Opus);
        foreach (SdpPayloadType offered in media.PayloadTypes)
        {
            if (red < 0 || opus < 0 || offered.Number == codecs[opus].PayloadType)
            {
                return;
            }

            if (offered.Number == codecs[red].PayloadType)
            {
                (codecs[opus], codecs[red]) = (codecs[red], codecs[opus]);
                return;
            }
        }
    }

    private static byte OpusOf(List<NegotiatedCodec> codecs)
    {
        int opus = codecs.FindIndex(c => c.Kind == SdpCodecKind.Opus);
        return opus >= 0 ? codecs[opus].PayloadType : (byte)0;
    }

    private static SdpMediaKind KindOf(SdpCodecKind kind) => kind switch
    {
        SdpCodecKind.Opus or SdpCodecKind.Red => SdpMediaKind.Audio,
        SdpCodecKind.Vp8 or SdpCodecKind.H264 => SdpMediaKind.Video,
        _ => SdpMediaKind.Other,
    };

    private static SdpPayloadType? Find(
        SdpMedia media, SdpCodecKind kind, List<NegotiatedCodec> found, IReadOnlyList<NegotiatedCodec> taken)
    {
        SdpPayloadType? best = null;
        SdpH264Profile bestProfile = SdpH264Profile.None;
        foreach (SdpPayloadType candidate in media.PayloadTypes)
        {
            if (!IsUsable(candidate.Number, taken))
            {
                continue;
            }

            switch (kind)
            {
                case SdpCodecKind.Opus when candidate.Is("opus", OpusClockRate) && candidate.Channels == OpusChannels:
                case SdpCodecKind.Red when IsRedOf(candidate, OpusOf(found)):
                case SdpCodecKind.Vp8 when candidate.Is("VP8", VideoClockRate):
                    return candidate;
                case SdpCodecKind.H264 when candidate.Is("H264", VideoClockRate):
                    SdpH264Profile profile = ProfileOf(candidate);
                    if (profile != SdpH264Profile.None && (best is null || profile < bestProfile))
                    {
                        best = candidate;
                        bestProfile = profile;
                    }

                    break;
            }
        }

        return best;
    }

    // RFC 2198 section 5: the parameter lists the payload types of the blocks. Other than Opus would need a codec of its own.
    private static bool IsRedOf(SdpPayloadType candidate, byte opus)
    {
        if (!candidate.Is("red", OpusClockRate) || candidate.Channels != OpusChannels || opus == 0)
        {
            return false;
        }

        ReadOnlySpan<char> blocks = candidate.Parameters;
        bool hasBlocks = !blocks.IsEmpty;
        foreach (Range block in blocks.Split('/'))
        {
            hasBlocks &= SdpText.TryParseNumber(blocks[block], 127, out uint number) && number == opus;
        }

        return hasBlocks;
    }

    private static NegotiatedCodec Negotiate(
        SdpMedia media,
        SdpCodecKind kind,
        SdpPayloadType offered,
        SdpAnswerParameters parameters,
        IReadOnlyList<NegotiatedCodec> taken)
    {
        SdpFeedback feedback = offered.Feedback
            & (kind is SdpCodecKind.Opus or SdpCodecKind.Red ? parameters.AudioFeedback : parameters.VideoFeedback);
        bool isH264 = kind == SdpCodecKind.H264;
        bool repairs = KindOf(kind) == SdpMediaKind.Video && (feedback & SdpFeedback.Nack) != SdpFeedback.None;
        return new NegotiatedCodec
        {
            Kind = kind,
            PayloadType = offered.Number,
            RtxPayloadType = repairs ? FindRtx(media, offered.Number, taken) : null,
            ClockRate = offered.ClockRate,
            Channels = offered.Channels,
            Feedback = feedback,
            H264Profile = isH264 ? ProfileOf(offered) : SdpH264Profile.None,
            ProfileLevelId = isH264 ? ProfileLevelIdOf(offered).ToString().ToLowerInvariant() : string.Empty,
            UseDtx = kind == SdpCodecKind.Opus && SdpFormatParameters.Has(offered.Parameters, "usedtx", "1"),
        };
    }

    /// <summary>RFC 4588 section 8.6: the payload type whose apt names this one.</summary>
    private static byte? FindRtx(SdpMedia media, byte payloadType, IReadOnlyList<NegotiatedCodec> taken)
    {
        foreach (SdpPayloadType candidate in media.PayloadTypes)
        {
            if (candidate.Is("rtx", VideoClockRate)
                && candidate.Number != payloadType
                && IsUsable(candidate.Number, taken)
                && SdpFormatParameters.TryGet(candidate.Parameters, "apt", out ReadOnlySpan<char> apt)
                && SdpText.TryParseNumber(apt, 127, out uint original)
                && original == payloadType)
            {
                return candidate.Number;
            }
        }

        return null;
    }

    /// <summary>None unless packetization-mode is 1: a mode 0 receiver cannot take what the partner's browser sends.</summary>
    private static SdpH264Profile ProfileOf(SdpPayloadType offered) =>
        SdpFormatParameters.Has(offered.Parameters, "packetization-mode", "1")
            ? SdpH264Profiles.Parse(ProfileLevelIdOf(offered))
            : SdpH264Profile.None;

    private static ReadOnlySpan<char> ProfileLevelIdOf(SdpPayloadType offered) =>
        SdpFormatParameters.TryGet(offered.Parameters, "profile-level-id", out ReadOnlySpan<char> value)
            ? value
            : SdpH264Profiles.DefaultProfileLevelId;

    private static bool IsUsable(byte payloadType, IReadOnlyList<NegotiatedCodec> taken)
    {
        foreach (NegotiatedCodec codec in taken)
        {
            if (codec.PayloadType == payloadType || codec.RtxPayloadType == payloadType)
            {
                return false;
            }
        }

        return payloadType is < RtcpConflictFirst or > RtcpConflictLast;
    }

    private static bool Contains(List<NegotiatedCodec> codecs, SdpCodecKind kind)
    {
        foreach (NegotiatedCodec codec in codecs)
        {
            if (codec.Kind == kind)
            {
                return true;
            }
        }

        return false;
    }
}
