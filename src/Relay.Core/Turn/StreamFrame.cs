namespace Relay.Core.Turn;

/// <summary>What a stream holds at its beginning.</summary>
public enum StreamFrameStatus : byte
{
    /// <summary>The message is not all there yet.</summary>
    Incomplete,

    /// <summary>A whole message.</summary>
    Complete,

    /// <summary>No message of this protocol, or one that is too long: there is no way to find the next one, so close.</summary>
    Broken,
}

/// <summary>The next message of a byte stream.</summary>
/// <param name="Status">Whether the rest means anything.</param>
/// <param name="Offset">Where the message begins.</param>
/// <param name="Length">Its bytes, without framing and padding; may be 0 for RFC 4571.</param>
/// <param name="Consumed">Bytes of the stream up to the next message; 0 unless complete.</param>
public readonly record struct StreamFrame(StreamFrameStatus Status, int Offset, int Length, int Consumed)
{
    public static readonly StreamFrame Incomplete = new(StreamFrameStatus.Incomplete, 0, 0, 0);

    public static readonly StreamFrame Broken = new(StreamFrameStatus.Broken, 0, 0, 0);
}
