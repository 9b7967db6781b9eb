using System.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Ice;
using Relay.Core.Stun;

namespace Relay.Host.Turn;

/// <summary>
/// Which worker a stream's message is for, by its USERNAME: TURN credentials of a session are
/// <c>expiry:worker-random</c>, and the ufrag of an ICE check names the worker that gave it out.
/// </summary>
internal static class StreamRoute
{
    /// <summary>The message does not say.</summary>
    public const int Unknown = -1;

    /// <summary>The worker that the message names, 0 or more, or <see cref="Unknown"/>.</summary>
    /// <param name="kind">What the stream carries.</param>
    /// <param name="message">One whole message.</param>
    /// <param name="hasUsername">True if the message is from somebody with a name, whatever it says.</param>
    public static int Read(StreamKind kind, in ReadOnlySequence<byte> message, out bool hasUsername)
    {
        Span<byte> bytes = stackalloc byte[StreamInbox.MessageMaxBytes];
        bytes = bytes[..(int)message.Length];
        message.CopyTo(bytes);
        hasUsername = false;
        if (!StunMessageReader.LooksLikeStun(bytes)
            || StunMessageReader.TryParse(bytes, out StunMessageReader stun) != DropReason.None
            || stun.Username.IsEmpty)
        {
            return Unknown;
        }

        hasUsername = true;
        int worker;
        bool isNamed = kind == StreamKind.Turn
            ? TurnUsername.TryReadWorker(stun.Username, out worker)
            : IceUfrag.TryReadWorker(stun.Username, out worker);
        return isNamed ? worker : Unknown;
    }
}
