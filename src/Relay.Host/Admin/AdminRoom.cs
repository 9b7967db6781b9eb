namespace Relay.Host.Admin;

/// <summary>A room built by hand: which of its legs hears which. It only keeps the books; the workers are told by others.</summary>
internal sealed class AdminRoom(string id)
{
    private readonly HashSet<AdminTransport> _members = [];

    public string Id { get; } = id;

    public int EdgeCount => Edges().Count();

    /// <summary>Who hears whom, one entry for each two legs.</summary>
    public IEnumerable<Edge> Edges()
    {
        foreach (AdminTransport consumer in _members)
        {
            AdminTransport? audio = consumer.Audio.Source;
            AdminTransport? video = consumer.Video.Source;
            if (audio is not null)
            {
                yield return new Edge(consumer.Id, audio.Id, Audio: true, Video: audio == video);
            }

            if (video is not null && video != audio)
            {
                yield return new Edge(consumer.Id, video.Id, Audio: false, Video: true);
            }
        }
    }

    /// <summary>The consumer hears the producer, in place of whom it heard of those kinds.</summary>
    public void Connect(AdminTransport consumer, AdminTransport producer, bool withAudio, bool withVideo)
    {
        AdminTransport? lastAudio = consumer.Audio.Source;
        AdminTransport? lastVideo = consumer.Video.Source;
        if (withAudio)
        {
            Join(consumer.Audio, producer, producer.Audio);
        }

        if (withVideo)
        {
            Join(consumer.Video, producer, producer.Video);
        }

        Enter(consumer);
        Enter(producer);
        LeaveIfAlone(lastAudio);
        LeaveIfAlone(lastVideo);
    }

    /// <summary>The consumer no longer hears the producer; which kinds it heard, for the worker. Neither: there was no edge.</summary>
    public (bool Audio, bool Video) Disconnect(AdminTransport consumer, AdminTransport producer)
    {
        (bool audio, bool video) = (consumer.Audio.Source == producer, consumer.Video.Source == producer);
        if (audio)
        {
            Part(consumer.Audio, producer.Audio);
        }

        if (video)
        {
            Part(consumer.Video, producer.Video);
        }

        LeaveIfAlone(consumer);
        LeaveIfAlone(producer);
        return (audio, video);
    }

    /// <summary>Takes a leg that is gone out of every edge.</summary>
    public void Remove(AdminTransport gone)
    {
        foreach (AdminTransport member in _members.ToArray())
        {
            Disconnect(member, gone);
            Disconnect(gone, member);
        }
    }

    private static void Join(AdminStream consumer, AdminTransport producer, AdminStream source)
    {
        if (consumer.Source != producer)
        {
            source.ConsumerCount++;
        }

        Replace(consumer, source, producer);
    }

    private static void Replace(AdminStream consumer, AdminStream source, AdminTransport producer)
    {
        if (consumer.Source is { } last && last != producer)
        {
            (source == producer.Audio ? last.Audio : last.Video).ConsumerCount--;
        }

        consumer.Source = producer;
    }

    private static void Part(AdminStream consumer, AdminStream source)
    {
        consumer.Source = null;
        source.ConsumerCount--;
    }

    private void Enter(AdminTransport transport)
    {
        _members.Add(transport);
        transport.Room = this;
    }

    private void LeaveIfAlone(AdminTransport? transport)
    {
        if (transport is { IsAlone: true } && _members.Remove(transport))
        {
            transport.Room = null;
        }
    }
}
