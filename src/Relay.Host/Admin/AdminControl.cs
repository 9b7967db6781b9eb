using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Relay.Core.Diagnostics;
using Relay.Core.Sfu;
using Relay.Host.Api;
using Relay.Host.Configuration;
using Relay.Host.Workers;

namespace Relay.Host.Admin;

/// <summary>
/// Plain transports and rooms: checks a request against what is there, tells the workers, keeps the books. One request at a
/// time; what workers tell is queued and taken in before the next. It knows no leg of a session.
/// </summary>
internal sealed class AdminControl(IPlainMediaPlane plane, RelayOptions options) : IMediaEventSink
{
    private readonly Lock _lock = new();
    private readonly IPlainMediaPlane _plane = plane;
    private readonly RelayOptions _options = options;
    private readonly ConcurrentQueue<(LegId Leg, bool IsConnected)> _news = new();
    private readonly Dictionary<string, AdminTransport> _transports = new(StringComparer.Ordinal);
    private readonly Dictionary<LegId, AdminTransport> _byLeg = [];
    private readonly Dictionary<string, AdminRoom> _rooms = new(StringComparer.Ordinal);
    private readonly PlainClaims _claims = new();
    private int _roomCount;

    /// <summary>Rooms that there are; safe to read at any time.</summary>
    public int RoomCount => Volatile.Read(ref _roomCount);

    public void LegConnected(LegId leg) => _news.Enqueue((leg, true));

    public void LegClosed(LegId leg, CloseReason reason) => _news.Enqueue((leg, false));

    /// <summary>Opens plain legs, all or none, on one worker.</summary>
    public Problem? Open(PlainTransportRequest[] requests, bool isArray, out PlainTransportCreated[] created)
    {
        created = [];
        var parameters = new TransportParameters[requests.Length];
        try
        {
            for (int i = 0; i < requests.Length; i++)
            {
                string? complaint = PlainTransportReader.Read(requests[i], out parameters[i]) ?? CheckPlace(requests, i, parameters[i]);
                if (complaint is not null)
                {
                    return Problem.BadRequest(Where(i, isArray) + complaint);
                }
            }

            lock (_lock)
            {
                TakeNews();
                return OpenChecked(requests[0].Worker, parameters, isArray, out created);
            }
        }
        finally
        {
            // The workers have copies of the keys; nobody else needs them.
            Array.Clear(parameters);
        }
    }

    public Problem? Close(string id)
    {
        lock (_lock)
        {
            TakeNews();
            if (!_transports.TryGetValue(id, out AdminTransport? transport))
            {
                return Problem.NoTransport();
            }

            _plane.CloseLeg(transport.Leg);
            Forget(transport);
            return null;
        }
    }

    public PlainTransportState? FindTransport(string id)
    {
        lock (_lock)
        {
            TakeNews();
            return _transports.TryGetValue(id, out AdminTransport? transport) ? StateOf(transport) : null;
        }
    }

    public PlainTransportList ListTransports()
    {
        lock (_lock)
        {
            TakeNews();
            return new PlainTransportList(_transports.Count, [.. _transports.Values.Select(StateOf)]);
        }
    }

    public Problem? CreateRoom(out RoomCreated? created)
    {
        lock (_lock)
        {
            created = null;
            if (_rooms.Count >= _options.Admin.MaxRooms)
            {
                return Problem.Overloaded("There are as many rooms as Admin:MaxRooms allows.");
            }

            var room = new AdminRoom(SessionToken.CreateId());
            _rooms.Add(room.Id, room);
            Volatile.Write(ref _roomCount, _rooms.Count);
            created = new RoomCreated(room.Id);
            return null;
        }
    }

    public Problem? CloseRoom(string id)
    {
        lock (_lock)
        {
            TakeNews();
            if (!_rooms.TryGetValue(id, out AdminRoom? room))
            {
                return Problem.NoRoom();
            }

            foreach (Edge edge in room.Edges().ToArray())
            {
                if (Part(room, _transports[edge.Consumer!], _transports[edge.Producer!]) is { } problem)
                {
                    return problem;
                }
            }

            _rooms.Remove(id);
            Volatile.Write(ref _roomCount, _rooms.Count);
            return null;
        }
    }

    public RoomState? FindRoom(string id)
    {
        lock (_lock)
        {
            TakeNews();
            return _rooms.TryGetValue(id, out AdminRoom? room) ? new RoomState(id, room.EdgeCount, [.. room.Edges()]) : null;
        }
    }

    public RoomList ListRooms()
    {
        lock (_lock)
        {
            TakeNews();
            return new RoomList(_rooms.Count, [.. _rooms.Values.Select(room => new RoomState(room.Id, room.EdgeCount, null))]);
        }
    }

    /// <summary>Adds edges, all or none.</summary>
    public Problem? Connect(string roomId, Edge[] edges, bool isArray)
    {
        lock (_lock)
        {
            TakeNews();
            if (!_rooms.TryGetValue(roomId, out AdminRoom? room))
            {
                return Problem.NoRoom();
            }

            var plan = new EdgePlan(room, _transports, _options.Media.ConsumersPerProducerMax);
            for (int i = 0; i < edges.Length; i++)
            {
                if (plan.Add(edges[i], Where(i, isArray)) is { } problem)
                {
                    return problem;
                }
            }

            foreach (PlannedEdge edge in plan.Edges)
            {
                if (!_plane.TryConsume(edge.Consumer.Leg, edge.Producer.Leg, edge.WithAudio, edge.WithVideo))
                {
                    Undo(room, plan.Edges, edge);
                    return Problem.Overloaded("The worker is busy; none of the edges of this request is left.");
                }

                room.Connect(edge.Consumer, edge.Producer, edge.WithAudio, edge.WithVideo);
            }

            return null;
        }
    }

    public Problem? Disconnect(string roomId, string consumer, string producer)
    {
        lock (_lock)
        {
            TakeNews();
            return !_rooms.TryGetValue(roomId, out AdminRoom? room) ? Problem.NoRoom()
                : !_transports.TryGetValue(consumer, out AdminTransport? sink)
                || !_transports.TryGetValue(producer, out AdminTransport? source)
                || sink.Room != room ? Problem.NoEdge()
                : Part(room, sink, source);
        }
    }

    private Problem? OpenChecked(int? worker, TransportParameters[] parameters, bool isArray, out PlainTransportCreated[] created)
    {
        created = [];
        if (_claims.FindConflict(parameters) is (int place, string field))
        {
            return Problem.Conflict(
                "address_in_use",
                "Another plain transport has this address or SSRC",
                Where(place, isArray) + field + ": give each learned leg its own SSRCs and each fixed one its own remote");
        }

        if (_plane.OpenPlainLegs(worker, parameters, this) is not { } opened)
        {
            return Problem.Overloaded("No worker has room for so many legs (Media:MaxLegsPerWorker), or it is busy.");
        }

        created = new PlainTransportCreated[opened.Legs.Length];
        for (int i = 0; i < created.Length; i++)
        {
            ref readonly TransportParameters leg = ref opened.Parameters[i];
            var transport = new AdminTransport(SessionToken.CreateId(), opened.Legs[i], leg);
            _transports.Add(transport.Id, transport);
            _byLeg.Add(transport.Leg, transport);
            _claims.Add(transport.Leg, leg);
            IPEndPoint local = _plane.AnnouncedEndPoint(transport.Leg.Worker);
            bool hasRtx = leg.Video.RemoteRtxSsrc != 0;
            created[i] = new PlainTransportCreated(
                transport.Id,
                transport.Leg.Worker,
                local.Address.ToString(),
                local.Port,
                transport.Audio.Exists ? leg.Audio.LocalSsrc : null,
                transport.Video.Exists ? leg.Video.LocalSsrc : null,
                transport.Video.Exists && hasRtx ? leg.Video.LocalRtxSsrc : null);
        }

        return null;
    }

    private string? CheckPlace(PlainTransportRequest[] requests, int place, in TransportParameters parameters)
    {
        if (requests[place].Worker is { } worker && (worker < 0 || worker >= _plane.WorkerCount))
        {
            return string.Create(CultureInfo.InvariantCulture, $"worker: must be 0 to {_plane.WorkerCount - 1}, or left out");
        }

        if (requests[place].Worker != requests[0].Worker)
        {
            return "worker: must be the same for all of a request";
        }

        return parameters.Plain.Remote != default && _plane.IsOwnAddress(parameters.Plain.Remote.ToEndPoint())
            ? "remote: must not be one of the relay's own media addresses"
            : null;
    }

    private Problem? Part(AdminRoom room, AdminTransport consumer, AdminTransport producer)
    {
        bool audio = consumer.Audio.Source == producer;
        bool video = consumer.Video.Source == producer;
        if (!audio && !video)
        {
            return Problem.NoEdge();
        }

        if (!_plane.TryStopConsuming(consumer.Leg, producer.Leg, audio, video))
        {
            return Problem.Overloaded("The worker is busy. Try again in a second.");
        }

        room.Disconnect(consumer, producer);
        return null;
    }

    private void Undo(AdminRoom room, IReadOnlyList<PlannedEdge> edges, PlannedEdge failed)
    {
        foreach (PlannedEdge edge in edges)
        {
            if (edge == failed)
            {
                return;
            }

            // If this fails as well, the books still say what the worker does.
            Part(room, edge.Consumer, edge.Producer);
        }
    }

    private void TakeNews()
    {
        while (_news.TryDequeue(out (LegId Leg, bool IsConnected) news))
        {
            if (!_byLeg.TryGetValue(news.Leg, out AdminTransport? transport))
            {
                continue;
            }

            if (news.IsConnected)
            {
                transport.IsConnected = true;
            }
            else
            {
                Forget(transport);
            }
        }
    }

    private void Forget(AdminTransport transport)
    {
        transport.Room?.Remove(transport);
        _transports.Remove(transport.Id);
        _byLeg.Remove(transport.Leg);
        _claims.Remove(transport.Leg);
    }

    private static string Where(int place, bool isArray) =>
        isArray ? string.Create(CultureInfo.InvariantCulture, $"[{place}].") : string.Empty;

    private static PlainTransportState StateOf(AdminTransport transport) =>
        new(transport.Id, transport.Leg.Worker, transport.IsConnected, transport.Audio.Exists, transport.Video.Exists);
}
