using Relay.Core.Primitives;

namespace Relay.Host.Turn;

internal enum StreamMessageKind : byte
{
    None,

    /// <summary>One whole message of the stream.</summary>
    Data,

    /// <summary>The stream has ended; nothing of it follows, and its address never comes back.</summary>
    Closed,
}

/// <summary>What a worker takes from its <see cref="StreamTable"/>.</summary>
internal ref struct StreamMessage
{
    public StreamMessageKind Kind;
    public StreamKind StreamKind;

    /// <summary>The stream, as a <see cref="VirtualAddress"/>: where an answer is sent to.</summary>
    public TransportAddress Stream;

    /// <summary>Where the client is: what it is told in XOR-MAPPED-ADDRESS.</summary>
    public TransportAddress Remote;

    /// <summary>The message without framing; good until the next one is taken. Empty at the stream's end.</summary>
    public Span<byte> Data;
}
