using System.Diagnostics.CodeAnalysis;

namespace Relay.Core.Sdp;

/// <summary>A parsed fragment, or the reason why there is none.</summary>
public readonly record struct SdpFragmentResult
{
    internal SdpFragmentResult(SdpFragment fragment) => Fragment = fragment;

    internal SdpFragmentResult(SdpProblem problem, string detail)
    {
        Problem = problem;
        Detail = detail;
    }

    [MemberNotNullWhen(true, nameof(Fragment))]
    [MemberNotNullWhen(false, nameof(Detail))]
    public bool IsOk => Fragment is not null;

    public SdpFragment? Fragment { get; }

    public SdpProblem Problem { get; }

    /// <summary>What is wrong, on which line, and the fix; repeats nothing of the text.</summary>
    public string? Detail { get; }
}
