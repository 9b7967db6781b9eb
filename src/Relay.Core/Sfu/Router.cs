namespace Relay.Core.Sfu;

/// <summary>
/// Who hears whom. A pair is two sessions whose consumers take from each other's producers; "next" is a change here and
/// nowhere else.
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
        Join(first, second, withVideo);
        Join(second, first, withVideo);
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
        session.LiftRemb();
        partner.LiftRemb();
    }

    private static void Join(RtpSession source, RtpSession sink, bool withVideo)
    {
        sink.AudioConsumer.Connect(source.AudioProducer);
        if (withVideo)
        {
            sink.VideoConsumer.Connect(source.VideoProducer);
        }
    }
}
