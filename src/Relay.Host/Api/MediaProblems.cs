using System.Text.Json;
using Relay.Core.Diagnostics;
using Relay.Host.Workers;

namespace Relay.Host.Api;

/// <summary>What the media plane says, in the words of the API.</summary>
internal static class MediaProblems
{
    public static IResult ToResult(MediaProblem problem, string? detail) => problem switch
    {
        MediaProblem.BadSdp => Problem.BadSdp(detail),
        MediaProblem.NotSupported => Problem.MediaNotSupported(detail),
        MediaProblem.NoSuchLeg => Problem.NoLeg(),
        MediaProblem.Overloaded => Problem.Overloaded(detail),
        MediaProblem.NothingToDo => TypedResults.NoContent(),
        _ => Problem.Internal(),
    };

    /// <summary>The reason in snake case: consent_expired.</summary>
    public static string ReasonName(CloseReason reason) => JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());
}
