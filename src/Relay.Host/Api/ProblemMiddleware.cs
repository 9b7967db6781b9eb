namespace Relay.Host.Api;

/// <summary>
/// Turns whatever fails without an answer of its own into a problem document: statuses that routing sets (404, 405, 415),
/// bodies that Kestrel refuses, and exceptions (500 without details; the log has them).
/// </summary>
internal static class ProblemMiddleware
{
    public static async Task Apply(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, Problem.OfStatus(e.StatusCode));
            return;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
        {
            await WriteAsync(context, Problem.OfStatus(context.Response.StatusCode));
        }
    }

    private static Task WriteAsync(HttpContext context, Problem problem)
    {
        // HEAD has no body, but the same headers.
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = problem.Body.Status;
            context.Response.ContentType = Problem.ContentType;
            return Task.CompletedTask;
        }

        return problem.ExecuteAsync(context);
    }
}
