using System.Runtime.CompilerServices;
using static Relay.Host.Platform.LinuxSystemCalls;

namespace Relay.Host.Platform;

/// <summary>
/// Reads the error queues of UDP sockets with IP_RECVERR: which of the datagrams sent did not arrive, and why. Allocates nothing
/// after the constructor.
/// </summary>
internal sealed unsafe class ErrorQueueReader
{
    /// <summary>The most errors that one call takes: who makes others send them does not hold up packets.</summary>
    public const int Max = 8;

    // Pinned, so that the pointers that the structures hold stay good.
    private readonly MultiMessageHeader[] _messages = GC.AllocateArray<MultiMessageHeader>(Max, pinned: true);
    private readonly SocketAddressBytes[] _names = GC.AllocateArray<SocketAddressBytes>(Max, pinned: true);
    private readonly byte[] _control = GC.AllocateArray<byte>(Max * ControlMessages.ReceiveBytes, pinned: true);

    public ErrorQueueReader()
    {
        // No room for the datagram that comes back: it is not needed.
        for (int i = 0; i < Max; i++)
        {
            _messages[i].Header.Name = (SocketAddressBytes*)Unsafe.AsPointer(ref _names[i]);
            _messages[i].Header.Control = Unsafe.AsPointer(ref _control[i * ControlMessages.ReceiveBytes]);
        }
    }

    /// <summary>Takes errors off the queue, without blocking.</summary>
    /// <param name="descriptor">The socket.</param>
    /// <param name="isIPv4">Its family.</param>
    /// <param name="errors">Room for <see cref="Max"/>. Their port is left to the caller.</param>
    /// <returns>How many there are; what is of no use is left out.</returns>
    public int Read(int descriptor, bool isIPv4, Span<PeerError> errors)
    {
        for (int i = 0; i < Max; i++)
        {
            ref MessageHeader header = ref _messages[i].Header;
            header.NameLength = SocketAddressLayout.IPv6Bytes;
            header.ControlLength = ControlMessages.ReceiveBytes;
            header.Flags = 0;
        }

        int arrived;
        fixed (MultiMessageHeader* first = _messages)
        {
            arrived = ReceiveMessages(descriptor, first, Max, MessageDoNotWait | MessageErrorQueue, null);
        }

        int count = 0;
        for (int i = 0; i < arrived; i++)
        {
            ref readonly MessageHeader header = ref _messages[i].Header;
            ReadOnlySpan<byte> control = _control.AsSpan(i * ControlMessages.ReceiveBytes, (int)header.ControlLength);
            PeerError error = default;
            if (header.NameLength != 0
                && ControlMessages.TryFindError(control, isIPv4, out ReadOnlySpan<byte> extended)
                && ExtendedErrorLayout.TryRead(extended, isIPv4, ref error))
            {
                error.Peer = SocketAddressLayout.Read(_names[i], isIPv4);
                errors[count++] = error;
            }
        }

        return count;
    }
}
