namespace Relay.Core.Sdp;

/// <summary>Feedback of RFC 4585, RFC 5104 and the goog-remb draft that a payload type may carry.</summary>
[Flags]
public enum SdpFeedback : byte
{
    None = 0,
    Nack = 1,
    NackPli = 2,
    CcmFir = 4,
    GoogRemb = 8,
    TransportCc = 16,
}

/// <summary>The a=rtcp-fb values of <see cref="SdpFeedback"/>; a new kind is one more row.</summary>
internal static class SdpFeedbacks
{
    /// <summary>In the order in which an answer lists them.</summary>
    public static readonly (SdpFeedback Flag, string Value)[] All =
    [
        (SdpFeedback.GoogRemb, "goog-remb"),
        (SdpFeedback.TransportCc, "transport-cc"),
        (SdpFeedback.CcmFir, "ccm fir"),
        (SdpFeedback.Nack, "nack"),
        (SdpFeedback.NackPli, "nack pli"),
    ];

    public static SdpFeedback Parse(ReadOnlySpan<char> value)
    {
        foreach ((SdpFeedback flag, string text) in All)
        {
            if (value.SequenceEqual(text))
            {
                return flag;
            }
        }

        return SdpFeedback.None;
    }
}
