using System.Buffers;
using System.Buffers.Binary;
using Relay.Core.Diagnostics;
using Relay.Core.Ice;
using Relay.Core.Stun;
using Relay.Core.Turn;

namespace Relay.Host.Turn;

/// <summary>
/// Which worker a stream's message is for, by its USERNAME: TURN credentials of a session are
/// <c>expiry:worker-random</c>, and the ufrag of an ICE check names the worker that gave it out.
/// </summary>
internal static class StreamRoute
{
    /// <summary>The message does not say.</summary>
    public const int Unknown = -1;

    /// <summary>Whether the message is a ConnectionBind request (RFC 6062 section 4.5).</summary>
    public static bool IsConnectionBind(in ReadOnlySequence<byte> message)
    {
        Span<byte> type = stackalloc byte[sizeof(ushort)];
        if (message.Length < StunMessageReader.HeaderBytes)
        {
            return false;
        }

        message.Slice(0, type.Length).CopyTo(type);
        return BinaryPrimitives.ReadUInt16BigEndian(type) == (int)StunMethod.ConnectionBind;
    }

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
            || StunMessageReader.TryParse(bytes, out StunMessageReader stun) != DropReason.None)
        {
            return Unknown;
        }

        hasUsername = !stun.Username.IsEmpty;
        // The connection that a data connection is bound to is at one worker, whoever the user is.
        if (kind == StreamKind.Turn && stun.Method == StunMethod.ConnectionBind
            && stun.TryGetUInt32(StunAttributeType.ConnectionId, out uint id))
        {
            return ConnectionId.WorkerOf(id);
        }

        if (!hasUsername)
        {
            return Unknown;
        }

        int worker;
        bool isNamed = kind == StreamKind.Turn
            ? TurnUsername.TryReadWorker(stun.Username, out worker)
            : IceUfrag.TryReadWorker(stun.Username, out worker);
        return isNamed ? worker : Unknown;
    }
}
