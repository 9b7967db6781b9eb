namespace Relay.Core.Sdp;

/// <summary>An extension that an m-line of the answer accepts.</summary>
/// <param name="Extension">Which.</param>
/// <param name="Id">The offer's id.</param>
/// <param name="Direction">The answer's view; null if the offer's line had none.</param>
internal readonly record struct SdpAcceptedExtension(SdpExtension Extension, byte Id, SdpDirection? Direction);

/// <summary>Chooses header extensions of an offered m-line (RFC 8285 section 7).</summary>
internal static class SdpExtensionMatch
{
    private const byte OneByteIdMax = 14;

    /// <summary>
    /// The first usable line of each extension. On the whole leg an id means one extension and an extension has one id
    /// (RFC 9143 section 9.2): what contradicts <paramref name="taken"/> is passed over.
    /// </summary>
    /// <param name="media">The m-line.</param>
    /// <param name="offer">All of them.</param>
    /// <param name="parameters">What the relay accepts.</param>
    /// <param name="taken">What another m-line accepted.</param>
    public static List<SdpAcceptedExtension> Match(
        SdpMedia media, SdpOffer offer, SdpAnswerParameters parameters, IReadOnlyList<SdpAcceptedExtension> taken)
    {
        var accepted = new List<SdpAcceptedExtension>();
        foreach (SdpExtmap extmap in media.Extmaps)
        {
            SdpExtension extension = SdpExtensions.Parse(extmap.Uri, media.Kind);
            if (extension != SdpExtension.None
                && Rank(parameters.Extensions, extension) is var rank and >= 0
                && (extension != SdpExtension.Mid || media.Mid is { Length: <= SdpLimits.MidExtensionCharsMax })
                && IsUsable(extmap, media)
                && IdOf(accepted, extension) == 0
                && !Contradicts(taken, extension, extmap.Id)
                && IsFirstOfItsId(extmap, media)
                && !IsWantedElsewhere(extmap, rank, media, offer, parameters))
            {
                accepted.Add(new SdpAcceptedExtension(extension, extmap.Id, extmap.Direction?.Mirror()));
            }
        }

        return accepted;
    }

    /// <summary>0 if not accepted.</summary>
    public static byte IdOf(IReadOnlyList<SdpAcceptedExtension> accepted, SdpExtension extension)
    {
        foreach (SdpAcceptedExtension candidate in accepted)
        {
            if (candidate.Extension == extension)
            {
                return candidate.Id;
            }
        }

        return 0;
    }

    /// <summary>
    /// A two-byte id needs extmap-allow-mixed. A line with a direction of its own is used only where it allows all that
    /// the m-line does, so that one id serves both ways.
    /// </summary>
    private static bool IsUsable(SdpExtmap extmap, SdpMedia media) =>
        (extmap.Id <= OneByteIdMax || media.ExtmapAllowMixed)
        && (extmap.Direction is not { } direction || (direction & media.Direction) == media.Direction);

    private static bool Contradicts(IReadOnlyList<SdpAcceptedExtension> taken, SdpExtension extension, byte id)
    {
        foreach (SdpAcceptedExtension other in taken)
        {
            if ((other.Extension == extension) != (other.Id == id))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An id that the m-line has already given to another extension is of no use.</summary>
    private static bool IsFirstOfItsId(SdpExtmap extmap, SdpMedia media)
    {
        foreach (SdpExtmap other in media.Extmaps)
        {
            if (other.Id == extmap.Id)
            {
                return string.Equals(other.Uri, extmap.Uri, StringComparison.Ordinal);
            }
        }

        return false;
    }

    /// <summary>Another m-line has the id for an extension that comes first in the parameters.</summary>
    private static bool IsWantedElsewhere(
        SdpExtmap extmap, int rank, SdpMedia media, SdpOffer offer, SdpAnswerParameters parameters)
    {
        foreach (SdpMedia other in offer.Media)
        {
            if (ReferenceEquals(other, media))
            {
                continue;
            }

            foreach (SdpExtmap candidate in other.Extmaps)
            {
                if (candidate.Id == extmap.Id
                    && Rank(parameters.Extensions, SdpExtensions.Parse(candidate.Uri, other.Kind)) is >= 0 and var otherRank
                    && otherRank < rank)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>-1 if it is not accepted.</summary>
    private static int Rank(IReadOnlyList<SdpExtension> extensions, SdpExtension extension)
    {
        for (int i = 0; i < extensions.Count; i++)
        {
            if (extensions[i] == extension)
            {
                return i;
            }
        }

        return -1;
    }
}
