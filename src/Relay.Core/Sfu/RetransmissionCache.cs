using Relay.Core.Buffers;
using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>
/// The last packets of one producer, kept to answer NACKs: the slots are retained, not copied. Bounded in packets and in
/// age; a packet older than the age is not answered with, since its receiver has long moved on.
/// </summary>
public sealed class RetransmissionCache
{
    private readonly PacketPool _pool;
    private readonly MediaPacket[] _packets;
    private readonly TimeSpan _ageMax;
    private int _count;

    /// <param name="pool">Where the packets live.</param>
    /// <param name="capacity">The most packets kept, a power of two.</param>
    /// <param name="ageMax">How long a packet can be asked for.</param>
    public RetransmissionCache(PacketPool pool, int capacity, TimeSpan ageMax)
    {
        if (!System.Numerics.BitOperations.IsPow2(capacity))
        {
            throw new ArgumentException("The capacity must be a power of two.", nameof(capacity));
        }

        _pool = pool;
        _packets = new MediaPacket[capacity];
        _ageMax = ageMax;
    }

    /// <summary>Packets held.</summary>
    public int Count => _count;

    /// <summary>Keeps the packet in place of the one that had its number <c>capacity</c> packets ago.</summary>
    public void Add(in MediaPacket packet)
    {
        ref MediaPacket place = ref Place(packet.Sequence);
        if (place.Packet.IsNone)
        {
            _count++;
        }
        else
        {
            // A late packet must not push out a newer one.
            if (place.Sequence > packet.Sequence)
            {
                return;
            }

            _pool.Release(place.Packet, PacketOwner.RetransmissionCache);
        }

        _pool.Retain(packet.Packet, PacketOwner.RetransmissionCache);
        place = packet;
    }

    public bool TryGet(long sequence, Instant now, out MediaPacket packet)
    {
        packet = Place(sequence);
        return !packet.Packet.IsNone && packet.Sequence == sequence && now - packet.Arrival <= _ageMax;
    }

    /// <summary>Releases what has outlived the age, so that a silent source holds no slots.</summary>
    public void HandleTimeout(Instant now)
    {
        for (int i = 0; i < _packets.Length && _count > 0; i++)
        {
            if (!_packets[i].Packet.IsNone && now - _packets[i].Arrival > _ageMax)
            {
                Forget(ref _packets[i]);
            }
        }
    }

    /// <summary>Releases all.</summary>
    public void Clear()
    {
        for (int i = 0; i < _packets.Length && _count > 0; i++)
        {
            if (!_packets[i].Packet.IsNone)
            {
                Forget(ref _packets[i]);
            }
        }
    }

    private void Forget(ref MediaPacket place)
    {
        _pool.Release(place.Packet, PacketOwner.RetransmissionCache);
        place = default;
        _count--;
    }

    private ref MediaPacket Place(long sequence) => ref _packets[(int)(sequence & (_packets.Length - 1))];
}
