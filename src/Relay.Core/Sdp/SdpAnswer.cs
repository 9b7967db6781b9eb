namespace Relay.Core.Sdp;

/// <summary>Answers an offer (RFC 3264, RFC 8829 section 5.3).</summary>
public static class SdpAnswer
{
    /// <summary>
    /// Accepts the first usable audio m-line and the first usable video m-line, and rejects all others. Nothing of the
    /// offer's values goes into the answer but what the answer must repeat: mids, payload types, ids, formats of m-lines.
    /// </summary>
    public static SdpAnswerResult Create(SdpOffer offer, SdpAnswerParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(parameters);
        var error = new SdpError();
        var negotiation = new SdpNegotiation(offer, parameters, error);
        NegotiatedSession? session = negotiation.Run();
        return session is null
            ? new SdpAnswerResult(error.Problem, error.Detail ?? string.Empty)
            : new SdpAnswerResult(new SdpAnswerWriter(offer, parameters, negotiation).Write(), session);
    }
}
