using System.Diagnostics.CodeAnalysis;

namespace Relay.Core.Sdp;

/// <summary>A parsed offer, or the reason why there is none.</summary>
public readonly record struct SdpParseResult
{
    internal SdpParseResult(SdpOffer offer) => Offer = offer;

    internal SdpParseResult(SdpProblem problem, string detail)
    {
        Problem = problem;
        Detail = detail;
    }

    [MemberNotNullWhen(true, nameof(Offer))]
    [MemberNotNullWhen(false, nameof(Detail))]
    public bool IsOk => Offer is not null;

    public SdpOffer? Offer { get; }

    public SdpProblem Problem { get; }

    /// <summary>What is wrong, on which line, and the fix; repeats nothing of the text.</summary>
    public string? Detail { get; }
}
