namespace Relay.Core.Sdp;

/// <summary>
/// A parsed offer (RFC 8866, 8829): what the relay needs of it, checked and bounded by <see cref="SdpLimits"/>. Candidates,
/// bandwidth, msid, RID and simulcast lines are passed over.
/// </summary>
public sealed class SdpOffer
{
    internal SdpOffer(SdpSection session, IReadOnlyList<SdpMedia> media, IReadOnlyList<string> bundleMids, bool iceLite)
    {
        Session = session;
        Media = media;
        BundleMids = bundleMids;
        IceLite = iceLite;
    }

    public SdpSection Session { get; }

    /// <summary>The m-lines in order; 1 to <see cref="SdpLimits.MediaMax"/>.</summary>
    public IReadOnlyList<SdpMedia> Media { get; }

    /// <summary>The identification tags of the first a=group:BUNDLE line in order; empty without one.</summary>
    public IReadOnlyList<string> BundleMids { get; }

    public bool IceLite { get; }

    /// <summary>Reads an offer. Never throws on input; a refusal names the line and the fix.</summary>
    /// <param name="text">At most <see cref="SdpLimits.TextCharsMax"/> characters; lines end in CR LF, LF or CR.</param>
    public static SdpParseResult TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var error = new SdpError();
        SdpOffer? offer = new SdpOfferParser(error).Parse(new SdpLineReader(text, error));
        return offer is not null ? new SdpParseResult(offer) : new SdpParseResult(error.Problem, error.Detail ?? string.Empty);
    }

    /// <summary>Whether the m-line shares the transport of the BUNDLE group.</summary>
    internal bool IsBundled(SdpMedia media)
    {
        foreach (string mid in BundleMids)
        {
            if (string.Equals(mid, media.Mid, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The m-line of an identification tag, or null.</summary>
    internal SdpMedia? FindMid(string mid)
    {
        foreach (SdpMedia media in Media)
        {
            if (string.Equals(media.Mid, mid, StringComparison.Ordinal))
            {
                return media;
            }
        }

        return null;
    }
}
