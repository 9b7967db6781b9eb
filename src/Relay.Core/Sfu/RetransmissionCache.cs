using Relay.Core.Buffers;
using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>
/// The last packets of one producer, kept to answer NACKs: the slots are retained, not copied. Bounded in packets, in
/// bytes of slots and in age; a packet older than the age is not answered with, since its receiver has long moved on.
/// What describes the packets lies in pages that the producers of a worker share, so a silent one has none.
/// </summary>
public sealed class RetransmissionCache
{
    /// <summary>Packets in a page.</summary>
    public const int PagePackets = 32;

    private const int PageShift = 5;

    private readonly PacketPool _pool;
    private readonly SharedArrays<MediaPacket> _shared;
    private readonly Page[] _pages;
    private readonly int _packetsMax;
    private readonly TimeSpan _ageMax;
    private long _oldest;
    private long _newest;
    private int _count;

    /// <param name="pool">Where the packets live.</param>
    /// <param name="pages">Arrays of <see cref="PagePackets"/> elements.</param>
    /// <param name="options">Its bounds.</param>
    public RetransmissionCache(PacketPool pool, SharedArrays<MediaPacket> pages, SfuOptions options)
    {
        ArgumentNullException.ThrowIfNull(pages);
        ArgumentNullException.ThrowIfNull(options);
        int capacity = options.RetransmissionCachePackets;
        if (!System.Numerics.BitOperations.IsPow2(capacity) || capacity < PagePackets)
        {
            throw new ArgumentException("The capacity must be a power of two, a page or more.", nameof(options));
        }

        _pool = pool;
        _shared = pages;
        _pages = new Page[capacity / PagePackets];
        _packetsMax = Math.Clamp(options.RetransmissionCacheBytes / PacketPool.SlotBytes, 1, capacity);
        _ageMax = options.RetransmissionAgeMax;
    }

    /// <summary>Packets held.</summary>
    public int Count => _count;

    private int Capacity => _pages.Length * PagePackets;

    /// <summary>Keeps the packet; the oldest ones make room.</summary>
    public void Add(in MediaPacket packet)
    {
        long sequence = packet.Sequence;
        if (_count > 0 && !MakeRoom(sequence))
        {
            return;
        }

        ref Page page = ref PageOf(sequence);
        if (page.Packets is null)
        {
            if (!_shared.TryRent(out page.Packets))
            {
                return;
            }

            Array.Clear(page.Packets);
        }

        ref MediaPacket place = ref page.Packets[Index(sequence)];
        if (!place.Packet.IsNone)
        {
            return;
        }

        _pool.Retain(packet.Packet, PacketOwner.RetransmissionCache);
        place = packet;
        page.Count++;
        _oldest = _count == 0 ? sequence : Math.Min(_oldest, sequence);
        _newest = _count == 0 ? sequence : Math.Max(_newest, sequence);
        _count++;
    }

    public bool TryGet(long sequence, Instant now, out MediaPacket packet)
    {
        if (TryFind(sequence, out packet) && now - packet.Arrival <= _ageMax)
        {
            return true;
        }

        packet = default;
        return false;
    }

    /// <summary>Releases what has outlived the age, so that a silent source holds no slots.</summary>
    public void HandleTimeout(Instant now)
    {
        while (_count > 0 && (!TryFind(_oldest, out MediaPacket packet) || now - packet.Arrival > _ageMax))
        {
            ForgetOldest();
        }
    }

    /// <summary>Releases all.</summary>
    public void Clear()
    {
        while (_count > 0)
        {
            ForgetOldest();
        }
    }

    // False for a late packet that is too old to be kept: it must not push out newer ones.
    private bool MakeRoom(long sequence)
    {
        while (_count > 0 && _oldest <= sequence - Capacity)
        {
            ForgetOldest();
        }

        if (_count > 0 && sequence <= _newest - Capacity)
        {
            return false;
        }

        while (_count >= _packetsMax && _oldest < sequence)
        {
            ForgetOldest();
        }

        return _count < _packetsMax;
    }

    private void ForgetOldest()
    {
        ref Page page = ref PageOf(_oldest);
        if (TryFind(_oldest, out MediaPacket packet))
        {
            _pool.Release(packet.Packet, PacketOwner.RetransmissionCache);
            page.Packets![Index(_oldest)] = default;
            _count--;
            if (--page.Count == 0)
            {
                _shared.Return(page.Packets);
                page.Packets = null;
            }
        }

        _oldest++;
    }

    private bool TryFind(long sequence, out MediaPacket packet)
    {
        MediaPacket[]? packets = PageOf(sequence).Packets;
        packet = packets is null ? default : packets[Index(sequence)];
        return !packet.Packet.IsNone && packet.Sequence == sequence;
    }

    private ref Page PageOf(long sequence) => ref _pages[(int)((sequence >> PageShift) & (_pages.Length - 1))];

    private static int Index(long sequence) => (int)(sequence & (PagePackets - 1));

    private struct Page
    {
        public MediaPacket[]? Packets;
        public int Count;
    }
}
