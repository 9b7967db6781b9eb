namespace Relay.Core.Sdp;

/// <summary>Reads one m-line and the attributes that only an m-line has.</summary>
internal sealed class SdpMediaParser
{
    private readonly SdpError _error;
    private readonly SdpSourceList _sources = new();

    private SdpMediaParser(SdpMedia media, SdpError error)
    {
        Media = media;
        _error = error;
    }

    public SdpMedia Media { get; }

    /// <summary>RFC 8866 section 5.14: "media port proto fmt ...". Null on a problem.</summary>
    public static SdpMediaParser? Start(ReadOnlySpan<char> value, int line, SdpError error)
    {
        ReadOnlySpan<char> media = SdpText.TakeToken(ref value);
        ReadOnlySpan<char> port = SdpText.TakeToken(ref value);
        ReadOnlySpan<char> protocol = SdpText.TakeToken(ref value);
        int slash = port.IndexOf('/');
        port = slash < 0 ? port : port[..slash];
        if (!SdpText.IsToken(media, SdpLimits.MediaFieldCharsMax)
            || !SdpText.TryParseNumber(port, ushort.MaxValue, out uint portNumber)
            || !SdpText.IsProtocol(protocol)
            || value.IsEmpty)
        {
            error.Set(SdpProblem.Malformed, line, "an m-line must be a media name, a port, a protocol and at least one format.");
            return null;
        }

        List<string>? formats = ReadFormats(value, line, error);
        if (formats is null)
        {
            return null;
        }

        var parser = new SdpMediaParser(
            new SdpMedia(line, media.ToString(), (int)portNumber, protocol.ToString(), string.Join(' ', formats)), error);
        bool isRtp = parser.Media.Kind is SdpMediaKind.Audio or SdpMediaKind.Video;
        return !isRtp || parser.TryAddPayloadTypes(formats, line) ? parser : null;
    }

    /// <summary>
    /// An attribute that <see cref="SdpSectionParser"/> does not know; unknown ones are passed over (RFC 8866 section
    /// 5.13).
    /// </summary>
    public bool TryApply(ReadOnlySpan<char> name, ReadOnlySpan<char> value, int line)
    {
        switch (name)
        {
            case "mid":
                return TryApplyMid(value, line);
            case "rtcp-mux":
                Media.RtcpMux = true;
                return true;
            case "rtcp-rsize":
                Media.RtcpReducedSize = true;
                return true;
            case "bundle-only":
                Media.BundleOnly = true;
                return true;
            case "rtpmap":
                return TryApplyRtpmap(value, line);
            case "fmtp":
                return TryApplyFmtp(value, line);
            case "rtcp-fb":
                return TryApplyFeedback(value, line);
            case "ssrc":
                return _sources.TryAddSource(value, line, _error);
            case "ssrc-group":
                return _sources.TryAddGroup(value, line, _error);
            default:
                return true;
        }
    }

    /// <summary>The m-line is complete: resolves wildcards, sources and what the session level says.</summary>
    public void Finish(SdpSection session)
    {
        foreach (SdpPayloadType payloadType in Media.PayloadTypes)
        {
            payloadType.Feedback |= Media.FeedbackForAll;
        }

        Media.Sources = _sources.Build();
        Media.Inherit(session);
    }

    private static List<string>? ReadFormats(ReadOnlySpan<char> value, int line, SdpError error)
    {
        var formats = new List<string>();
        while (!value.IsEmpty)
        {
            ReadOnlySpan<char> format = SdpText.TakeToken(ref value);
            if (formats.Count == SdpLimits.PayloadTypesMax)
            {
                error.Set(SdpProblem.TooLarge, line, $"more than {SdpLimits.PayloadTypesMax} formats in one m-line.");
                return null;
            }

            if (!SdpText.IsToken(format, SdpLimits.MediaFieldCharsMax))
            {
                error.Set(SdpProblem.Malformed, line, "a format of the m-line is no token of RFC 8866 section 9.");
                return null;
            }

            formats.Add(format.ToString());
        }

        return formats;
    }

    private bool TryAddPayloadTypes(List<string> formats, int line)
    {
        foreach (string format in formats)
        {
            if (!SdpText.TryParseNumber(format, 127, out uint number))
            {
                return _error.Set(
                    SdpProblem.Malformed, line, "the formats of an audio or video m-line must be payload types from 0 to 127.");
            }

            if (Media.Find(number) is null)
            {
                Media.Add(new SdpPayloadType((byte)number));
            }
        }

        return true;
    }

    private bool TryApplyMid(ReadOnlySpan<char> value, int line)
    {
        if (!SdpText.IsToken(value, SdpLimits.MidCharsMax))
        {
            return _error.Set(SdpProblem.Malformed, line, $"a=mid must be a token of 1 to {SdpLimits.MidCharsMax} characters.");
        }

        Media.Mid ??= value.ToString();
        return true;
    }

    /// <summary>
    /// RFC 8866 section 6.6: "pt name/clock[/channels]". A payload type that the m-line does not list is passed over.
    /// </summary>
    private bool TryApplyRtpmap(ReadOnlySpan<char> value, int line)
    {
        ReadOnlySpan<char> number = SdpText.TakeToken(ref value);
        ReadOnlySpan<char> encoding = SdpText.TakeToken(ref value);
        int slash = encoding.IndexOf('/');
        ReadOnlySpan<char> name = slash < 0 ? encoding : encoding[..slash];
        ReadOnlySpan<char> clock = slash < 0 ? [] : encoding[(slash + 1)..];
        slash = clock.IndexOf('/');
        ReadOnlySpan<char> channels = slash < 0 ? "1" : clock[(slash + 1)..];
        clock = slash < 0 ? clock : clock[..slash];
        if (!SdpText.TryParseNumber(number, 127, out uint payloadType)
            || !SdpText.IsToken(name, SdpLimits.MediaFieldCharsMax)
            || !SdpText.TryParseNumber(clock, int.MaxValue, out uint clockRate)
            || !SdpText.TryParseNumber(channels, byte.MaxValue, out uint channelCount))
        {
            return _error.Set(SdpProblem.Malformed, line, "a=rtpmap must be a payload type, then name/clock rate[/channels].");
        }

        SdpPayloadType? target = Media.Find(payloadType);
        if (target is not null && target.EncodingName.Length == 0)
        {
            target.EncodingName = name.ToString();
            target.ClockRate = clockRate;
            target.Channels = (byte)channelCount;
        }

        return true;
    }

    private bool TryApplyFmtp(ReadOnlySpan<char> value, int line)
    {
        bool isRtp = Media.Kind is SdpMediaKind.Audio or SdpMediaKind.Video;
        if (!SdpText.TryParseNumber(SdpText.TakeToken(ref value), 127, out uint payloadType))
        {
            return !isRtp || _error.Set(SdpProblem.Malformed, line, "a=fmtp must begin with a payload type from 0 to 127.");
        }

        SdpPayloadType? target = Media.Find(payloadType);
        if (target is not null && target.Parameters.Length == 0)
        {
            target.Parameters = value.ToString();
        }

        return true;
    }

    /// <summary>RFC 4585 section 4.2: "pt|* value". Feedback that the relay does not know is passed over.</summary>
    private bool TryApplyFeedback(ReadOnlySpan<char> value, int line)
    {
        ReadOnlySpan<char> number = SdpText.TakeToken(ref value);
        SdpFeedback feedback = SdpFeedbacks.Parse(value);
        if (number is "*")
        {
            Media.FeedbackForAll |= feedback;
            return true;
        }

        if (!SdpText.TryParseNumber(number, 127, out uint payloadType))
        {
            return _error.Set(SdpProblem.Malformed, line, "a=rtcp-fb must begin with a payload type from 0 to 127 or \"*\".");
        }

        SdpPayloadType? target = Media.Find(payloadType);
        if (target is not null)
        {
            target.Feedback |= feedback;
        }

        return true;
    }
}
