using System.Globalization;
using Relay.Host.Api;

namespace Relay.Host.Admin;

/// <summary>An edge that can be made.</summary>
internal sealed record PlannedEdge(AdminTransport Consumer, AdminTransport Producer, bool WithAudio, bool WithVideo);

/// <summary>Checks the edges of one request one by one, each with those before it, before any of them is made.</summary>
internal sealed class EdgePlan(AdminRoom room, IReadOnlyDictionary<string, AdminTransport> transports, int consumersMax)
{
    private readonly AdminRoom _room = room;
    private readonly IReadOnlyDictionary<string, AdminTransport> _transports = transports;
    private readonly int _consumersMax = consumersMax;
    private readonly Dictionary<AdminStream, int> _added = [];
    private readonly List<PlannedEdge> _edges = [];

    public IReadOnlyList<PlannedEdge> Edges => _edges;

    /// <summary>Null, or why the edge cannot be; <paramref name="where"/> stands before the field's name.</summary>
    public Problem? Add(Edge edge, string where)
    {
        if (edge.Consumer is null || !_transports.TryGetValue(edge.Consumer, out AdminTransport? consumer))
        {
            return Problem.BadRequest(where + "consumer: must be the id of a plain transport");
        }

        if (edge.Producer is null || !_transports.TryGetValue(edge.Producer, out AdminTransport? producer))
        {
            return Problem.BadRequest(where + "producer: must be the id of a plain transport");
        }

        if (consumer.Leg.Worker != producer.Leg.Worker)
        {
            return Problem.Conflict(
                "different_workers",
                "The legs of an edge live on one worker",
                where + "producer: open both with the same worker");
        }

        if ((consumer.Room ?? _room) != _room || (producer.Room ?? _room) != _room)
        {
            return Problem.Conflict(
                "in_other_room", "A leg is in one room at most", where + "consumer: delete its edges in the other room first");
        }

        return AddKinds(edge, consumer, producer, where);
    }

    private Problem? AddKinds(Edge edge, AdminTransport consumer, AdminTransport producer, string where)
    {
        bool hasAudio = producer.Audio.CanProduce && consumer.Audio.CanConsume;
        bool hasVideo = producer.Video.CanProduce && consumer.Video.CanConsume;
        if ((edge.Audio == true && !hasAudio) || (edge.Video == true && !hasVideo))
        {
            return Problem.BadRequest(where + (hasAudio ? "video" : "audio") + ": the producer must send it and the consumer receive it");
        }

        bool withAudio = edge.Audio ?? hasAudio;
        bool withVideo = edge.Video ?? hasVideo;
        if (!withAudio && !withVideo)
        {
            return Problem.BadRequest(where + "audio: there must be a kind that the producer sends and the consumer receives");
        }

        if ((withAudio && !HasRoom(producer.Audio, consumer.Audio, producer))
            || (withVideo && !HasRoom(producer.Video, consumer.Video, producer)))
        {
            return Problem.Conflict(
                "too_many_consumers",
                "The producer feeds as many legs as it may",
                string.Create(CultureInfo.InvariantCulture, $"{where}producer: Media:ConsumersPerProducerMax is {_consumersMax}"));
        }

        _edges.Add(new PlannedEdge(consumer, producer, withAudio, withVideo));
        return null;
    }

    private bool HasRoom(AdminStream source, AdminStream sink, AdminTransport producer)
    {
        if (sink.Source == producer)
        {
            return true;
        }

        int added = _added.GetValueOrDefault(source) + 1;
        _added[source] = added;
        return source.ConsumerCount + added <= _consumersMax;
    }
}
