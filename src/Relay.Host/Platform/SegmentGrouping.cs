using Relay.Core.Buffers;
using Relay.Core.Primitives;

namespace Relay.Host.Platform;

/// <summary>
/// Sorts a batch of outgoing datagrams into messages for generic segmentation offload: datagrams to one address, all of one
/// size but the last, which may be shorter. The order of what goes to one address stays. Used by one thread.
/// </summary>
internal sealed class SegmentGrouping
{
    /// <summary>The most segments that every kernel with the offload takes in one message (UDP_MAX_SEGMENTS).</summary>
    public const int SegmentsMax = 64;

    /// <summary>The most bytes in one message: an IP packet's 65,535 less all headers, with some to spare.</summary>
    public const int MessageMaxBytes = 64_800;

    // What fits 1,500 bytes of Ethernet: 20 or 40 bytes of IP header, 8 of UDP header.
    private const int SegmentMaxBytesIPv4 = 1472;
    private const int SegmentMaxBytesIPv6 = 1452;

    // How far from its place an address is looked for. Peers choose their addresses: some that crowd one place lose the
    // merging and nothing else.
    private const int ProbesMax = 4;

    private readonly int[] _next;
    private readonly DatagramGroup[] _groups;
    private readonly Place[] _places;
    private readonly int _shift;
    private long _round;
    private int _count;

    /// <param name="capacity">The most datagrams in a batch, 1 to 1,024.</param>
    public SegmentGrouping(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1024);
        _next = new int[capacity];
        _groups = new DatagramGroup[capacity];
        int bits = System.Numerics.BitOperations.Log2(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity * 2));
        _places = new Place[(1 << bits) + ProbesMax];
        _shift = 64 - bits;
    }

    /// <summary>Sorts the batch; the result is good until the next call.</summary>
    /// <param name="batch">At most the capacity.</param>
    /// <param name="merge">False: every datagram is a message of its own.</param>
    public ReadOnlySpan<DatagramGroup> Group(ReadOnlySpan<Transmit> batch, bool merge)
    {
        _count = 0;
        _round++;
        int last = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            ref readonly Transmit transmit = ref batch[i];
            _next[i] = -1;
            if (!merge)
            {
                Begin(i, transmit);
                continue;
            }

            // A train's datagrams stand one behind the other, and what goes to many goes to them in turn: mostly there is no
            // need to look for the group.
            if (_count > 0)
            {
                int next = last + 1 < _count ? last + 1 : 0;
                if (IsTo(last, transmit, batch) && TryAdd(last, i, transmit.Length))
                {
                    continue;
                }

                if (IsTo(next, transmit, batch) && TryAdd(next, i, transmit.Length))
                {
                    last = next;
                    continue;
                }
            }

            last = FindOrBegin(i, transmit, batch);
        }

        return _groups.AsSpan(0, _count);
    }

    /// <summary>The datagram that follows in the same group, by its index in the batch; -1 after the last.</summary>
    public int Next(int datagram) => _next[datagram];

    private bool IsTo(int group, in Transmit transmit, ReadOnlySpan<Transmit> batch) =>
        batch[_groups[group].First].Remote == transmit.Remote;

    private int FindOrBegin(int datagram, in Transmit transmit, ReadOnlySpan<Transmit> batch)
    {
        ref Place place = ref Find(batch, transmit.Remote);
        if (place.Round == _round)
        {
            if (IsTo(place.Group, transmit, batch) && TryAdd(place.Group, datagram, transmit.Length))
            {
                return place.Group;
            }

            // What follows to its address begins another group. Nothing may get in front of that.
            _groups[place.Group].IsClosed = true;
        }

        place = new Place { Round = _round, Group = Begin(datagram, transmit) };
        return place.Group;
    }

    private int Begin(int datagram, in Transmit transmit)
    {
        int limit = transmit.Remote.IsIPv4 ? SegmentMaxBytesIPv4 : SegmentMaxBytesIPv6;
        ref DatagramGroup group = ref _groups[_count];
        group.First = datagram;
        group.Last = datagram;
        group.Segments = 1;
        group.Bytes = transmit.Length;
        group.SegmentBytes = transmit.Length;
        group.IsClosed = transmit.Length == 0 || transmit.Length > limit;
        return _count++;
    }

    private bool TryAdd(int index, int datagram, int length)
    {
        ref DatagramGroup group = ref _groups[index];
        if (group.IsClosed || length > group.SegmentBytes || length == 0
            || group.Segments == SegmentsMax || group.Bytes + length > MessageMaxBytes)
        {
            return false;
        }

        _next[group.Last] = datagram;
        group.Last = datagram;
        group.Segments++;
        group.Bytes += length;
        group.IsClosed = length < group.SegmentBytes;
        return true;
    }

    // The address's place, or the one to give it. An address has at most one: it is looked for in all of them first.
    private ref Place Find(ReadOnlySpan<Transmit> batch, in TransportAddress remote)
    {
        ulong mixed = (ulong)remote.Address ^ ((ulong)(remote.Address >> 64) * 31) ^ ((ulong)remote.Port << 40);
        int home = (int)((mixed * 0x9E37_79B9_7F4A_7C15UL) >> _shift);
        int free = home;
        for (int i = home + ProbesMax - 1; i >= home; i--)
        {
            if (_places[i].Round != _round)
            {
                free = i;
            }
            else if (batch[_groups[_places[i].Group].First].Remote == remote)
            {
                return ref _places[i];
            }
        }

        return ref _places[free];
    }

    private struct Place
    {
        public long Round;
        public int Group;
    }
}

/// <summary>Datagrams to one address that go out as one message.</summary>
internal struct DatagramGroup
{
    /// <summary>Index of the first datagram in the batch; <see cref="SegmentGrouping.Next"/> leads on.</summary>
    public int First;

    /// <summary>Index of the last.</summary>
    public int Last;

    /// <summary>How many, 1 to <see cref="SegmentGrouping.SegmentsMax"/>.</summary>
    public int Segments;

    /// <summary>All their bytes.</summary>
    public int Bytes;

    /// <summary>Bytes of each but the last, which may have fewer.</summary>
    public int SegmentBytes;

    /// <summary>Nothing may be added.</summary>
    public bool IsClosed;
}
