using Relay.Core.Sfu;
using Relay.Host.Admin;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Admin;

public class EdgePlanTests
{
    private readonly AdminRoom _room = new("room");
    private readonly Dictionary<string, AdminTransport> _transports = new(StringComparer.Ordinal);
    private readonly EdgePlan _plan;

    public EdgePlanTests()
    {
        foreach (string id in new[] { "a", "b", "c", "d" })
        {
            _transports.Add(id, AdminRoomTests.Create(id));
        }

        _transports.Add("far", AdminRoomTests.Create("f", worker: 1));
        PlainTransportReader.Read(PlainRequests.Create() with { Video = null }, out TransportParameters parameters);
        _transports.Add("mute", new AdminTransport("mute", new LegId(0, 9, 1), parameters));
        _plan = new EdgePlan(_room, _transports, consumersMax: 2);
    }

    [Fact]
    public void Kinds_left_out_are_those_that_both_have()
    {
        Assert.Null(_plan.Add(new Edge("a", "b"), ""));
        Assert.Null(_plan.Add(new Edge("a", "mute"), ""));
        Assert.Null(_plan.Add(new Edge("a", "a", Audio: false), ""));
        Assert.Equal([(true, true), (true, false), (false, true)], _plan.Edges.Select(edge => (edge.WithAudio, edge.WithVideo)));
    }

    [Theory]
    [InlineData("x", "b", null, null, 400, "[1].consumer:")]
    [InlineData(null, "b", null, null, 400, "[1].consumer:")]
    [InlineData("a", "x", null, null, 400, "[1].producer:")]
    [InlineData("a", null, null, null, 400, "[1].producer:")]
    [InlineData("a", "far", null, null, 409, "[1].producer:")]
    [InlineData("a", "mute", null, true, 400, "[1].video:")]
    [InlineData("a", "b", false, false, 400, "[1].audio:")]
    public void What_cannot_be_is_named(string? consumer, string? producer, bool? audio, bool? video, int status, string detail)
    {
        Host.Api.Problem? problem = _plan.Add(new Edge(consumer, producer, audio, video), "[1].");
        Assert.Equal(status, problem?.StatusCode);
        Assert.StartsWith(detail, problem!.Body.Detail, StringComparison.Ordinal);
        Assert.Empty(_plan.Edges);
    }

    [Fact]
    public void A_leg_of_another_room_is_refused()
    {
        new AdminRoom("other").Connect(_transports["a"], _transports["b"], withAudio: true, withVideo: true);
        Assert.Equal("in_other_room", _plan.Add(new Edge("a", "c"), "")?.Body.Code);
        Assert.Equal("in_other_room", _plan.Add(new Edge("c", "b"), "")?.Body.Code);
        Assert.Null(_plan.Add(new Edge("c", "d"), ""));
    }

    [Fact]
    public void Consumers_are_counted_with_those_that_are_there_and_those_of_the_request()
    {
        _room.Connect(_transports["b"], _transports["a"], withAudio: true, withVideo: false);
        Assert.Null(_plan.Add(new Edge("b", "a", Video: false), ""));
        Assert.Null(_plan.Add(new Edge("c", "a", Video: false), ""));
        Assert.Equal("too_many_consumers", _plan.Add(new Edge("d", "a", Video: false), "")?.Body.Code);
        Assert.Null(_plan.Add(new Edge("d", "a", Audio: false), ""));
    }
}
