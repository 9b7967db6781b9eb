using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Relay.Core.Sdp;

/// <summary>
/// The first problem found in a description. The detail names the line and the fix in English; it repeats nothing that
/// the description says, so it may be shown and counted anywhere.
/// </summary>
internal sealed class SdpError
{
    public SdpProblem Problem { get; private set; }

    public string? Detail { get; private set; }

    [MemberNotNullWhen(true, nameof(Detail))]
    public bool IsSet => Problem != SdpProblem.None;

    /// <summary>Keeps the first problem; always returns false, so that a parser can return it.</summary>
    public bool Set(SdpProblem problem, int lineNumber, string detail) =>
        Set(problem, string.Create(CultureInfo.InvariantCulture, $"Line {lineNumber}: {detail}"));

    /// <summary>Keeps the first problem; always returns false, so that a parser can return it.</summary>
    public bool Set(SdpProblem problem, string detail)
    {
        if (Problem == SdpProblem.None)
        {
            Problem = problem;
            Detail = detail;
        }

        return false;
    }
}
