using Microsoft.AspNetCore.Http;
using Relay.Core.Diagnostics;
using Relay.Host.Api;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Api;

public class MediaProblemsTests
{
    [Theory]
    [InlineData(MediaProblem.BadSdp, 400)]
    [InlineData(MediaProblem.NoSuchLeg, 404)]
    [InlineData(MediaProblem.NotSupported, 422)]
    [InlineData(MediaProblem.Overloaded, 503)]
    [InlineData(MediaProblem.NothingToDo, 204)]
    [InlineData(MediaProblem.None, 500)]
    public void Every_problem_has_its_status(MediaProblem problem, int status) =>
        Assert.Equal(status, ((IStatusCodeHttpResult)MediaProblems.ToResult(problem, "why")).StatusCode);

    [Theory]
    [InlineData(CloseReason.ConsentExpired, "consent_expired")]
    [InlineData(CloseReason.DtlsFailed, "dtls_failed")]
    [InlineData(CloseReason.Requested, "requested")]
    public void Reasons_are_in_snake_case(CloseReason reason, string name) =>
        Assert.Equal(name, MediaProblems.ReasonName(reason));
}
