namespace Relay.Core.Sdp;

/// <summary>
/// Reads a description line by line. Lenient where browsers are (order of session lines, unknown attributes), strict
/// where a wrong guess would cost the client a connection without a word.
/// </summary>
internal sealed class SdpOfferParser(SdpError error)
{
    private readonly SdpSection _session = new();
    private readonly List<SdpMedia> _media = [];
    private readonly List<string> _bundleMids = [];
    private SdpMediaParser? _current;
    private bool _iceLite;

    /// <summary>Null on a problem, which is then in the error.</summary>
    public SdpOffer? Parse(SdpLineReader reader)
    {
        bool first = true;
        while (reader.TryRead())
        {
            if (first && (reader.Type != 'v' || reader.Value is not "0"))
            {
                error.Set(
                    SdpProblem.Malformed,
                    reader.Number,
                    "an offer must begin with \"v=0\"; send RTCPeerConnection.localDescription.sdp.");
                return null;
            }

            first = false;
            if (!TryApply(ref reader))
            {
                return null;
            }
        }

        if (error.IsSet)
        {
            return null;
        }

        if (_media.Count == 0)
        {
            error.Set(SdpProblem.Malformed, "The offer has no m-line; add a transceiver of kind audio before createOffer().");
            return null;
        }

        _current?.Finish(_session);
        return TryCheckMids() ? new SdpOffer(_session, _media, _bundleMids, _iceLite) : null;
    }

    private bool TryApply(ref SdpLineReader reader)
    {
        switch (reader.Type)
        {
            case 'm':
                return TryStartMedia(ref reader);
            case 'a':
                return TryApplyAttribute(ref reader);
            default:
                return true;
        }
    }

    private bool TryStartMedia(ref SdpLineReader reader)
    {
        if (_media.Count == SdpLimits.MediaMax)
        {
            return error.Set(SdpProblem.TooLarge, reader.Number, $"more than {SdpLimits.MediaMax} m-lines.");
        }

        _current?.Finish(_session);
        _current = SdpMediaParser.Start(reader.Value, reader.Number, error);
        if (_current is null)
        {
            return false;
        }

        _media.Add(_current.Media);
        return true;
    }

    private bool TryApplyAttribute(ref SdpLineReader reader)
    {
        reader.SplitAttribute(out ReadOnlySpan<char> name, out ReadOnlySpan<char> value);
        SdpSection section = _current is null ? _session : _current.Media;
        if (!SdpSectionParser.TryApply(section, name, value, reader.Number, error, out bool known))
        {
            return false;
        }

        if (known)
        {
            return true;
        }

        return _current is null ? TryApplySession(name, value, reader.Number) : _current.TryApply(name, value, reader.Number);
    }

    private bool TryApplySession(ReadOnlySpan<char> name, ReadOnlySpan<char> value, int line)
    {
        switch (name)
        {
            case "ice-lite":
                _iceLite = true;
                return true;
            case "group" when SdpText.TakeToken(ref value) is "BUNDLE" && _bundleMids.Count == 0:
                return TryApplyBundle(value, line);
            default:
                return true;
        }
    }

    private bool TryApplyBundle(ReadOnlySpan<char> value, int line)
    {
        while (!value.IsEmpty)
        {
            ReadOnlySpan<char> token = SdpText.TakeToken(ref value);
            if (!SdpText.IsToken(token, SdpLimits.MidCharsMax))
            {
                return error.Set(
                    SdpProblem.Malformed,
                    line,
                    $"a=group:BUNDLE must name mids of 1 to {SdpLimits.MidCharsMax} token characters.");
            }

            if (_bundleMids.Count == SdpLimits.BundleMidsMax)
            {
                return error.Set(SdpProblem.TooLarge, line, $"more than {SdpLimits.BundleMidsMax} mids in a=group:BUNDLE.");
            }

            string mid = token.ToString();
            if (!_bundleMids.Contains(mid))
            {
                _bundleMids.Add(mid);
            }
        }

        return true;
    }

    private bool TryCheckMids()
    {
        for (int i = 0; i < _media.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (_media[i].Mid is not null && string.Equals(_media[i].Mid, _media[j].Mid, StringComparison.Ordinal))
                {
                    return error.Set(
                        SdpProblem.Malformed, _media[i].LineNumber, "the m-line's a=mid is already used; each must be unique.");
                }
            }
        }

        return true;
    }
}
