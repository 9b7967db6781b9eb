namespace Relay.Host.Turn;

/// <summary>One message, or the end, of the stream in the slot.</summary>
internal struct StreamInboxEntry
{
    public StreamMessageKind Kind;
    public int Slot;
    public int Buffer;
    public int Length;
}
