using System.Text;
using Microsoft.AspNetCore.Http;
using Relay.Host.Admin;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Admin;

public class AdminBodyTests
{
    [Theory]
    [InlineData("""{"consumer":"a","producer":"b"}""", false, 1)]
    [InlineData(""" [ {"consumer":"a"},{"consumer":"b"}]""", true, 2)]
    public async Task One_object_or_an_array_is_taken(string body, bool isArray, int count)
    {
        (Edge[] edges, bool wasArray, Problem? problem) = await ReadAsync(body);
        Assert.Null(problem);
        Assert.Equal((isArray, count), (wasArray, edges.Length));
        Assert.Equal("a", edges[0].Consumer);
    }

    [Theory]
    [InlineData("", "The body")]
    [InlineData("null", "The body")]
    [InlineData("[]", "The body")]
    [InlineData("[null]", "The body")]
    [InlineData("""{"consumer":5}""", "consumer:")]
    [InlineData("""[{},{"audio":"yes"}]""", "[1].audio:")]
    [InlineData("""{"consumer":"a","consumer":"b"}""", "")]
    [InlineData("""{"nobody":1}""", "nobody:")]
    public async Task What_cannot_be_read_is_named(string body, string detail)
    {
        (_, _, Problem? problem) = await ReadAsync(body);
        Assert.Equal(400, problem?.StatusCode);
        Assert.StartsWith(detail, problem!.Body.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_too_large_and_other_types_are_refused()
    {
        (_, _, Problem? many) = await ReadAsync("[" + string.Join(',', Enumerable.Repeat("{}", 1001)) + "]");
        Assert.Equal(400, many?.StatusCode);
        (_, _, Problem? large) = await ReadAsync(new string(' ', AdminBody.MaxBytes + 1));
        Assert.Equal(413, large?.StatusCode);
        (_, _, Problem? other) = await ReadAsync("{}", "text/plain");
        Assert.Equal(415, other?.StatusCode);
    }

    private static Task<(Edge[] Items, bool IsArray, Problem? Problem)> ReadAsync(string body, string type = "application/json")
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = type;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return AdminBody.ReadAsync(context.Request, AdminJson.Default.Edge, AdminJson.Default.EdgeArray);
    }
}
