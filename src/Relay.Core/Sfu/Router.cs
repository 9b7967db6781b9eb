namespace Relay.Core.Sfu;

/// <summary>
/// Who hears whom. One session may be heard by many, and hears at most one of each kind. A pair is two sessions whose
/// consumers take from each other's producers; "next" is a change here and nowhere else.
/// </summary>
public static class Router
{
    /// <summary>Forwards between two sessions, in place of whatever they heard before.</summary>
    public static void Connect(RtpSession first, RtpSession second, bool withVideo)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        Disconnect(first);
        Disconnect(second);
        first.Partner = second;
        second.Partner = first;
        first.TransportCc?.HandlePartnerChange();
        second.TransportCc?.HandlePartnerChange();
        second.AudioConsumer.Connect(first.AudioProducer);
        first.AudioConsumer.Connect(second.AudioProducer);
        if (withVideo)
        {
            second.VideoConsumer.Connect(first.VideoProducer);
            first.VideoConsumer.Connect(second.VideoProducer);
        }
    }

    /// <summary>Stops forwarding to and from the session; both sides stay as they are otherwise.</summary>
    public static void Disconnect(RtpSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (session.Partner is not { } partner)
        {
            return;
        }

        session.Partner = null;
        partner.Partner = null;
        session.AudioConsumer.Disconnect();
        session.VideoConsumer.Disconnect();
        partner.AudioConsumer.Disconnect();
        partner.VideoConsumer.Disconnect();
        session.TransportCc?.HandlePartnerChange();
        partner.TransportCc?.HandlePartnerChange();
        session.LiftRemb();
        partner.LiftRemb();
    }

    /// <summary>
    /// The sink hears the source, in place of whatever it heard of those kinds before; a pair that it is in ends. What it hears
    /// already goes on. A source that has its most consumers takes no more.
    /// </summary>
    public static void Consume(RtpSession sink, RtpSession source, bool withAudio, bool withVideo)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(source);
        Disconnect(sink);
        if (withAudio)
        {
            Join(sink.AudioConsumer, source.AudioProducer);
        }

        if (withVideo)
        {
            Join(sink.VideoConsumer, source.VideoProducer);
        }
    }

    /// <summary>The sink no longer hears the source; what it hears of others goes on.</summary>
    public static void StopConsuming(RtpSession sink, RtpSession source, bool withAudio, bool withVideo)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(source);
        if (withAudio && sink.AudioConsumer.Source == source.AudioProducer)
        {
            sink.AudioConsumer.Disconnect();
        }

        if (withVideo && sink.VideoConsumer.Source == source.VideoProducer)
        {
            sink.VideoConsumer.Disconnect();
        }
    }

    /// <summary>Nobody hears the session any more, and it hears nobody.</summary>
    public static void Leave(RtpSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        Disconnect(session);
        session.AudioConsumer.Disconnect();
        session.VideoConsumer.Disconnect();
        session.AudioProducer.DisconnectConsumers();
        session.VideoProducer.DisconnectConsumers();
    }

    private static void Join(Consumer consumer, Producer producer)
    {
        if (consumer.Source != producer)
        {
            consumer.Connect(producer);
        }
    }
}
