namespace Relay.Core.Pairing;

/// <summary>What a client can ask on its socket.</summary>
public enum SessionMessageKind : byte
{
    Enqueue,
    Cancel,
    Next,
    End,
    Chat,
    Typing,
    Pong,
}

/// <summary>One message of a client.</summary>
/// <param name="Kind">What it asks.</param>
/// <param name="Mode">Enqueue: the mode.</param>
/// <param name="Text">Chat: the text, already cleaned and within the limit.</param>
/// <param name="On">Typing: whether the client types.</param>
public readonly record struct SessionMessage(
    SessionMessageKind Kind, PairingMode Mode = PairingMode.Text, string? Text = null, bool On = false);

/// <summary>Why a message or request had no effect.</summary>
public enum PairingError : byte
{
    /// <summary>It had its effect.</summary>
    None,

    /// <summary>Not in this state.</summary>
    BadState,

    /// <summary>The session was not opened for this mode.</summary>
    ModeNotAllowed,

    /// <summary>The mode needs a media leg and the session has none.</summary>
    MediaRequired,

    /// <summary>The leg cannot be replaced while a pair uses it.</summary>
    MediaInUse,

    /// <summary>No new pairs: the relay is shutting down.</summary>
    Draining,
}
