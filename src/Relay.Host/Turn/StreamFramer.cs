using System.Buffers;
using Relay.Core.Turn;

namespace Relay.Host.Turn;

/// <summary>Cuts messages from the bytes that a stream has received, wherever those lie.</summary>
internal static class StreamFramer
{
    /// <summary>Takes the first message from the buffer.</summary>
    /// <param name="kind">How messages are told apart.</param>
    /// <param name="buffer">What has been received; without the message afterwards, if one is complete.</param>
    /// <param name="message">The message without framing and padding. May be empty for <see cref="StreamKind.Ice"/>.</param>
    public static StreamFrameStatus Next(
        StreamKind kind, ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> message)
    {
        StreamFrame frame = Next(kind, buffer.FirstSpan);
        if (frame.Status == StreamFrameStatus.Incomplete && !buffer.IsSingleSegment)
        {
            Span<byte> start = stackalloc byte[StreamFraming.LengthPrefixBytes + StreamInbox.MessageMaxBytes];
            start = start[..(int)Math.Min(buffer.Length, start.Length)];
            buffer.Slice(0, start.Length).CopyTo(start);
            frame = Next(kind, start);
        }

        message = buffer.Slice(frame.Offset, frame.Length);
        buffer = buffer.Slice(frame.Consumed);
        return frame.Status;
    }

    private static StreamFrame Next(StreamKind kind, ReadOnlySpan<byte> stream) => kind == StreamKind.Turn
        ? StreamFraming.NextTurn(stream, StreamInbox.MessageMaxBytes)
        : StreamFraming.NextLengthPrefixed(stream, StreamInbox.MessageMaxBytes);
}
