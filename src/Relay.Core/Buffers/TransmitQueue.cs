using Relay.Core.Primitives;

namespace Relay.Core.Buffers;

/// <summary>
/// The datagrams that wait for the next send call: a ring of fixed size over the worker's pool. Used by one thread.
/// </summary>
public sealed class TransmitQueue
{
    private readonly PacketPool _pool;
    private readonly Transmit[] _ring;
    private int _head;
    private int _count;

    /// <param name="pool">Where the datagrams live.</param>
    /// <param name="capacity">1 to 65,536 datagrams, rounded up to a power of two.</param>
    public TransmitQueue(PacketPool pool, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 65_536);
        _pool = pool;
        _ring = new Transmit[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity)];
    }

    public int Count => _count;

    /// <summary>Time to send, before more is taken in that may be sent on many times.</summary>
    public bool IsHalfFull => 2 * _count >= _ring.Length;

    /// <summary>The <see cref="Transmit.Arrival"/> of what is queued from now on.</summary>
    public long Arrival { get; set; }

    /// <summary>Takes a slot for a datagram to be written; false if the pool is empty or the queue is full.</summary>
    public bool TryRent(out PacketHandle packet)
    {
        packet = default;
        return _count < _ring.Length && _pool.TryRent(PacketOwner.Transmit, out packet);
    }

    /// <summary>Where to write the datagram of a rented slot: all that lies behind the headroom, tailroom included.</summary>
    public Span<byte> Buffer(PacketHandle packet) => _pool.Slot(packet)[PacketPool.HeadroomBytes..];

    /// <summary>Queues what was written to <see cref="Buffer"/>; the queue owns the slot from here on.</summary>
    /// <param name="packet">The slot.</param>
    /// <param name="length">Bytes written.</param>
    /// <param name="remote">Where it goes.</param>
    /// <param name="via">See <see cref="Transmit.Via"/>.</param>
    /// <param name="dontFragment">See <see cref="Transmit.DontFragment"/>.</param>
    public void Enqueue(PacketHandle packet, int length, in TransportAddress remote, int via = 0, bool dontFragment = false)
    {
        Diagnostics.Invariant.Holds(_count < _ring.Length, "enqueue follows a successful rent");

        // Field by field: a structure that was just put together piece by piece cannot be copied before all pieces are stored.
        ref Transmit entry = ref _ring[(_head + _count++) & (_ring.Length - 1)];
        entry.Packet = packet;
        entry.Offset = PacketPool.HeadroomBytes;
        entry.Length = length;
        entry.Arrival = Arrival;
        entry.Remote = remote;
        entry.Via = via;
        entry.DontFragment = dontFragment;
    }

    /// <summary>Gives a rented slot back unused.</summary>
    public void Abandon(PacketHandle packet) => _pool.Release(packet, PacketOwner.Transmit);

    /// <summary>Takes the oldest datagram; the taker releases its slot as <see cref="PacketOwner.Transmit"/>.</summary>
    public bool TryDequeue(out Transmit transmit)
    {
        if (_count == 0)
        {
            transmit = default;
            return false;
        }

        transmit = _ring[_head];
        _head = (_head + 1) & (_ring.Length - 1);
        _count--;
        return true;
    }
}
