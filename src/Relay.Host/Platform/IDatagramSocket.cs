using Relay.Core.Buffers;
using Relay.Core.Primitives;

namespace Relay.Host.Platform;

/// <summary>
/// A worker's UDP socket. Every call moves a whole batch, so that the system call's price is shared. All members belong to the
/// worker's thread but <see cref="Wake"/> and those that say otherwise. The network never makes one throw.
/// </summary>
public interface IDatagramSocket : IDisposable
{
    /// <summary>Where the socket is bound; the port is the real one even if 0 was asked for.</summary>
    TransportAddress LocalAddress { get; }

    /// <summary>Totals since the socket was opened; safe to read from any thread.</summary>
    DatagramCounters Counters { get; }

    /// <summary>
    /// Messages that <see cref="Receive"/> took from the system since the socket was opened: a train is one, whatever it
    /// holds. As in <see cref="Counters"/>, but cheap; for the worker's thread.
    /// </summary>
    long MessagesReceived { get; }

    /// <summary>What the kernel does for the socket; safe to read from any thread.</summary>
    DatagramOffloads Offloads { get; }

    /// <summary>
    /// The receive buffer that the system granted, in bytes, which may be less than was asked for; 0 if it does not say. Safe to
    /// read from any thread.
    /// </summary>
    int ReceiveBufferBytes { get; }

    /// <summary>Where received datagrams lie.</summary>
    ReceiveSlab Slab { get; }

    /// <summary>
    /// Takes what has arrived, without blocking. The datagrams lie in <see cref="Slab"/> and are good until the next call.
    /// Longer ones than <see cref="PacketPool.DatagramMaxBytes"/> are dropped.
    /// </summary>
    /// <returns>How many entries of <paramref name="batch"/> were filled; 0 if nothing usable has arrived.</returns>
    int Receive(Span<Received> batch);

    /// <summary>
    /// Sends the batch without blocking; what goes to one address, in order. A datagram that the system refuses is skipped, its
    /// neighbours are not lost; when the send buffer is full, the rest is dropped. The handles stay the caller's to release.
    /// </summary>
    /// <returns>How many datagrams the system took.</returns>
    int Send(ReadOnlySpan<Transmit> batch);

    /// <summary>
    /// Blocks until a datagram is there, <see cref="Wake"/> was called since the last return, or the timeout is over (zero
    /// or less: does not block). May return early for no reason.
    /// </summary>
    void Wait(TimeSpan timeout);

    /// <summary>Lets <see cref="Wait"/> end when another descriptor becomes readable, too; Linux only, and one at most.</summary>
    void WaitAlsoFor(int descriptor);

    /// <summary>Ends the current or the next <see cref="Wait"/>. Safe from any thread, also after disposal.</summary>
    void Wake();
}
