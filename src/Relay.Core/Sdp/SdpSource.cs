namespace Relay.Core.Sdp;

/// <summary>A stream that an offer announces (RFC 5576).</summary>
/// <param name="Ssrc">Never 0.</param>
/// <param name="RtxSsrc">Its retransmissions (RFC 4588, a=ssrc-group:FID); 0 if not announced.</param>
public readonly record struct SdpSource(uint Ssrc, uint RtxSsrc);

/// <summary>
/// Collects the a=ssrc and a=ssrc-group lines of one m-line. Simulcast groups are passed over; every layer is a source of
/// its own.
/// </summary>
internal sealed class SdpSourceList
{
    private readonly List<uint> _ssrcs = [];
    private readonly List<(bool Rtx, uint Primary, uint Secondary)> _groups = [];

    /// <summary>Value of an a=ssrc line: the SSRC, then anything.</summary>
    public bool TryAddSource(ReadOnlySpan<char> value, int line, SdpError error)
    {
        if (!SdpText.TryParseNumber(SdpText.TakeToken(ref value), uint.MaxValue, out uint ssrc))
        {
            return error.Set(SdpProblem.Malformed, line, "a=ssrc must begin with a 32-bit decimal number.");
        }

        return TryAdd(ssrc, line, error);
    }

    /// <summary>Value of an a=ssrc-group line: the semantics, then SSRCs.</summary>
    public bool TryAddGroup(ReadOnlySpan<char> value, int line, SdpError error)
    {
        ReadOnlySpan<char> semantics = SdpText.TakeToken(ref value);
        bool rtx = semantics is "FID";
        if (!rtx && semantics is not "FEC-FR")
        {
            return true;
        }

        if (!SdpText.TryParseNumber(SdpText.TakeToken(ref value), uint.MaxValue, out uint primary)
            || !SdpText.TryParseNumber(SdpText.TakeToken(ref value), uint.MaxValue, out uint secondary)
            || primary == secondary)
        {
            return error.Set(SdpProblem.Malformed, line, "a=ssrc-group must name two different 32-bit decimal SSRCs.");
        }

        if (_groups.Count == SdpLimits.SsrcGroupsMax)
        {
            return error.Set(SdpProblem.TooLarge, line, $"more than {SdpLimits.SsrcGroupsMax} a=ssrc-group lines in one m-line.");
        }

        _groups.Add((rtx, primary, secondary));
        return TryAdd(primary, line, error) && TryAdd(secondary, line, error);
    }

    /// <summary>Every SSRC that is not the repair stream of another, in order, with its retransmission stream.</summary>
    public List<SdpSource> Build()
    {
        var sources = new List<SdpSource>(_ssrcs.Count);
        foreach (uint ssrc in _ssrcs)
        {
            bool repairs = false;
            uint rtxSsrc = 0;
            foreach ((bool rtx, uint primary, uint secondary) in _groups)
            {
                repairs |= secondary == ssrc;
                rtxSsrc = rtx && primary == ssrc && rtxSsrc == 0 ? secondary : rtxSsrc;
            }

            if (!repairs)
            {
                sources.Add(new SdpSource(ssrc, rtxSsrc));
            }
        }

        return sources;
    }

    private bool TryAdd(uint ssrc, int line, SdpError error)
    {
        if (ssrc == 0 || _ssrcs.Contains(ssrc))
        {
            return true;
        }

        if (_ssrcs.Count == SdpLimits.SsrcsMax)
        {
            return error.Set(SdpProblem.TooLarge, line, $"more than {SdpLimits.SsrcsMax} SSRCs in one m-line.");
        }

        _ssrcs.Add(ssrc);
        return true;
    }
}
