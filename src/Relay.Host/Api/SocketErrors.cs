using Relay.Core.Pairing;

namespace Relay.Host.Api;

/// <summary>The codes of error messages on the socket.</summary>
internal static class SocketErrors
{
    public const string BadMessage = "bad_message";
    public const string UnknownType = "unknown_type";
    public const string BadState = "bad_state";
    public const string ModeNotAllowed = "mode_not_allowed";
    public const string MediaRequired = "media_required";
    public const string TextTooLong = "text_too_long";
    public const string RateLimited = "rate_limited";
    public const string TooLarge = "too_large";
    public const string Overloaded = "overloaded";
    public const string Draining = "draining";

    /// <summary>Code and detail for what the pairing engine refused.</summary>
    public static (string Code, string Detail) Of(PairingError error) => error switch
    {
        PairingError.ModeNotAllowed => (ModeNotAllowed, "The session was not opened for this mode."),
        PairingError.MediaRequired => (MediaRequired, "POST an offer to the session's media address first."),
        PairingError.Draining => (Draining, "The relay is shutting down and makes no new pairs."),
        _ => (BadState, "That cannot be done in this state."),
    };
}
