using Relay.Core.Diagnostics;
using Relay.Core.Srtp;
using Relay.Host.Admin;
using Relay.Host.Api;
using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Admin;

public class AdminControlTests
{
    private readonly FakePlainPlane _plane = new();
    private readonly RelayOptions _options = new();
    private readonly AdminControl _control;

    public AdminControlTests()
    {
        _options.Admin.MaxRooms = 2;
        _control = new AdminControl(_plane, _options);
    }

    [Fact]
    public void An_opened_leg_is_told_what_it_needs_and_listed()
    {
        PlainTransportCreated created = Assert.Single(Open(PlainRequests.Create()));
        Assert.Equal(("127.0.0.1", 40_000, 0), (created.Ip, created.Port, created.Worker));
        Assert.Equal((1u, 2u, 3u), (created.AudioSsrc, created.VideoSsrc, created.VideoRtxSsrc));
        Assert.Equal(new PlainTransportState(created.Id, 0, false, true, true), _control.FindTransport(created.Id));
        _plane.Sink!.LegConnected(_plane.Legs[0]);
        Assert.True(_control.FindTransport(created.Id)!.Connected);
        Assert.Equal(1, _control.ListTransports().Count);
        PlainTransportCreated audio = Assert.Single(Open(PlainRequests.Create(50) with { Video = null }));
        Assert.Null(audio.VideoSsrc);
        Assert.Null(audio.VideoRtxSsrc);
    }

    [Fact]
    public void Many_are_opened_or_none()
    {
        Problem? problem = _control.Open([PlainRequests.Create(1), PlainRequests.Create(9) with { TimeoutSeconds = -1 }], true, out _);
        Assert.StartsWith("[1].timeoutSeconds:", problem!.Body.Detail, StringComparison.Ordinal);
        problem = _control.Open([PlainRequests.Create(1), PlainRequests.Create(1)], true, out _);
        Assert.Equal("address_in_use", problem!.Body.Code);
        Assert.StartsWith("[1].ssrc:", problem.Body.Detail, StringComparison.Ordinal);
        Assert.Empty(_plane.Legs);
        Assert.Equal(0, _control.ListTransports().Count);
        Assert.Equal(2, Open(PlainRequests.Create(1), PlainRequests.Create(10)).Length);
    }

    [Fact]
    public void Keys_do_not_stay_behind()
    {
        Open(PlainRequests.Create(1), PlainRequests.Create(10));
        Assert.All(_plane.OpenedProfiles, profile => Assert.NotEqual(SrtpProfile.None, profile));
        Assert.Equal(2, _plane.Opened.Length);
        Assert.All(_plane.Opened, leg => Assert.Equal(SrtpProfile.None, leg.Plain.Profile));
    }

    [Fact]
    public void The_place_of_a_leg_is_checked()
    {
        Assert.StartsWith("worker:", Refused(PlainRequests.Create() with { Worker = 2 }), StringComparison.Ordinal);
        Assert.StartsWith("worker:", Refused(PlainRequests.Create() with { Worker = -1 }), StringComparison.Ordinal);
        Assert.StartsWith("remote:", Refused(PlainRequests.Create(remote: "127.0.0.1:40000")), StringComparison.Ordinal);
        Problem? mixed = _control.Open([PlainRequests.Create(), PlainRequests.Create(9) with { Worker = 1 }], true, out _);
        Assert.StartsWith("[1].worker:", mixed!.Body.Detail, StringComparison.Ordinal);
        _plane.IsFull = true;
        Assert.Equal(503, _control.Open([PlainRequests.Create()], false, out _)?.StatusCode);
    }

    [Fact]
    public void What_a_leg_claims_is_free_once_it_is_closed_or_has_ended()
    {
        PlainTransportCreated first = Open(PlainRequests.Create())[0];
        Assert.Equal(409, _control.Open([PlainRequests.Create()], false, out _)?.StatusCode);
        Assert.Null(_control.Close(first.Id));
        Assert.Equal("close 1", _plane.Calls[^1]);
        Assert.Equal(404, _control.Close(first.Id)?.StatusCode);

        PlainTransportCreated second = Open(PlainRequests.Create())[0];
        _plane.Sink!.LegClosed(_plane.Legs[1], CloseReason.IdleTimeout);
        _plane.Sink.LegClosed(_plane.Legs[1], CloseReason.IdleTimeout);
        Assert.Null(_control.FindTransport(second.Id));
        Open(PlainRequests.Create());
    }

    [Fact]
    public void Edges_are_made_told_and_taken_away()
    {
        (string room, PlainTransportCreated[] legs) = OpenRoom();
        Assert.Null(_control.Connect(room, [new Edge(legs[1].Id, legs[0].Id), new Edge(legs[2].Id, legs[0].Id, Video: false)], true));
        Assert.Equal(["consume 2 1 True True", "consume 3 1 True False"], _plane.Calls);
        Assert.Equal(2, _control.FindRoom(room)!.EdgeCount);
        Assert.Equal(2, Assert.Single(_control.ListRooms().Rooms).EdgeCount);
        Assert.Null(_control.Disconnect(room, legs[1].Id, legs[0].Id));
        Assert.Equal("stop 2 1 True True", _plane.Calls[^1]);
        Assert.Equal(404, _control.Disconnect(room, legs[1].Id, legs[0].Id)?.StatusCode);
        Assert.Equal(404, _control.Disconnect(room, "x", legs[0].Id)?.StatusCode);
        Assert.Equal(404, _control.Disconnect("x", legs[2].Id, legs[0].Id)?.StatusCode);
        Assert.Null(_control.Close(legs[0].Id));
        Assert.Equal(0, _control.FindRoom(room)!.EdgeCount);
    }

    [Fact]
    public void Of_many_edges_all_are_made_or_none()
    {
        (string room, PlainTransportCreated[] legs) = OpenRoom();
        Edge good = new(legs[1].Id, legs[0].Id);
        Problem? problem = _control.Connect(room, [good, new Edge("x", legs[0].Id)], true);
        Assert.StartsWith("[1].consumer:", problem!.Body.Detail, StringComparison.Ordinal);
        Assert.Empty(_plane.Calls);
        _plane.EdgesLeft = 1;
        problem = _control.Connect(room, [good, new Edge(legs[2].Id, legs[0].Id)], true);
        Assert.Equal(503, problem?.StatusCode);
        Assert.Equal("stop 2 1 True True", _plane.Calls[^1]);
        Assert.Equal(0, _control.FindRoom(room)!.EdgeCount);
        Assert.Equal(404, _control.Connect("x", [good], false)?.StatusCode);
    }

    [Fact]
    public void A_room_that_is_deleted_takes_its_edges_with_it_and_leaves_the_legs()
    {
        (string room, PlainTransportCreated[] legs) = OpenRoom();
        _control.Connect(room, [new Edge(legs[1].Id, legs[0].Id), new Edge(legs[0].Id, legs[1].Id)], true);
        _plane.RefusesToStop = true;
        Assert.Equal(503, _control.CloseRoom(room)?.StatusCode);
        Assert.NotNull(_control.FindRoom(room));
        _plane.RefusesToStop = false;
        Assert.Null(_control.CloseRoom(room));
        Assert.Equal(404, _control.CloseRoom(room)?.StatusCode);
        Assert.Null(_control.FindRoom(room));
        Assert.Equal(3, _control.ListTransports().Count);
        Assert.Null(_control.CreateRoom(out RoomCreated? next));
        Assert.Null(_control.Connect(next!.Id, [new Edge(legs[1].Id, legs[0].Id)], false));
    }

    [Fact]
    public void Rooms_are_bounded()
    {
        Assert.Null(_control.CreateRoom(out _));
        Assert.Null(_control.CreateRoom(out _));
        Assert.Equal(503, _control.CreateRoom(out _)?.StatusCode);
    }

    private (string Room, PlainTransportCreated[] Legs) OpenRoom()
    {
        Assert.Null(_control.CreateRoom(out RoomCreated? room));
        return (room!.Id, Open(PlainRequests.Create(10), PlainRequests.Create(20), PlainRequests.Create(30)));
    }

    private PlainTransportCreated[] Open(params PlainTransportRequest[] requests)
    {
        Assert.Null(_control.Open(requests, true, out PlainTransportCreated[] created));
        return created;
    }

    private string? Refused(PlainTransportRequest request) => _control.Open([request], false, out _)?.Body.Detail;
}
