using System.Diagnostics.CodeAnalysis;

namespace Relay.Core.Sdp;

/// <summary>An answer and what it agreed to, or the reason why there is none.</summary>
public readonly record struct SdpAnswerResult
{
    internal SdpAnswerResult(string text, NegotiatedSession session)
    {
        Text = text;
        Session = session;
    }

    internal SdpAnswerResult(SdpProblem problem, string detail)
    {
        Problem = problem;
        Detail = detail;
    }

    [MemberNotNullWhen(true, nameof(Text), nameof(Session))]
    [MemberNotNullWhen(false, nameof(Detail))]
    public bool IsOk => Session is not null;

    /// <summary>The answer, lines ending in CR LF.</summary>
    public string? Text { get; }

    public NegotiatedSession? Session { get; }

    public SdpProblem Problem { get; }

    /// <summary>What is wrong, on which line, and the fix; repeats nothing of the offer.</summary>
    public string? Detail { get; }
}
