using System.Buffers.Binary;
using Relay.Core.Primitives;
using Relay.Core.Sfu;

namespace Relay.Core.Engine;

/// <summary>
/// Which plain leg an SSRC belongs to, for packets from addresses that nobody knows: only the SSRCs declared for legs that
/// learn their peer's address. Senders choose what is looked up, so the hash is keyed; commands alone add to it.
/// </summary>
public sealed class SsrcTable
{
    /// <summary>What one leg can have: audio, video and its retransmissions.</summary>
    public const int SsrcsPerLeg = 3;

    private const int RtpSsrcOffset = 8;
    private const int RtcpSsrcOffset = 4;

    private readonly Dictionary<uint, int> _slots;
    private readonly int _capacity;

    /// <param name="legs">The most legs that it holds.</param>
    /// <param name="random">Draws the hash key.</param>
    public SsrcTable(int legs, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(legs, 1);
        _capacity = legs * SsrcsPerLeg;
        _slots = new Dictionary<uint, int>(new KeyedComparer(new SipHash(random)));
    }

    public int Count => _slots.Count;

    /// <summary>Enters the SSRCs that the leg's peer declared; false, and none is in, if one belongs to another leg.</summary>
    public bool TryAdd(RtpSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        Span<uint> ssrcs = stackalloc uint[SsrcsPerLeg];
        foreach (uint ssrc in ssrcs[..Collect(session, ssrcs)])
        {
            if (_slots.Count == _capacity || (!_slots.TryAdd(ssrc, session.Slot) && _slots[ssrc] != session.Slot))
            {
                Remove(session);
                return false;
            }
        }

        return true;
    }

    /// <summary>Forgets the leg's SSRCs; another leg's entries stay.</summary>
    public void Remove(RtpSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        Span<uint> ssrcs = stackalloc uint[SsrcsPerLeg];
        foreach (uint ssrc in ssrcs[..Collect(session, ssrcs)])
        {
            if (_slots.TryGetValue(ssrc, out int slot) && slot == session.Slot)
            {
                _slots.Remove(ssrc);
            }
        }
    }

    /// <summary>The slot of the leg whose SSRC the packet names, as yet unproven.</summary>
    /// <param name="kind">RTP, where the SSRC is the stream's, or RTCP, where it is that of the first packet's sender.</param>
    /// <param name="datagram">The packet, protected or not: this part of it is never encrypted.</param>
    /// <param name="slot">The leg's slot.</param>
    public bool TryGet(DatagramKind kind, ReadOnlySpan<byte> datagram, out int slot)
    {
        int offset = kind == DatagramKind.Rtp ? RtpSsrcOffset : RtcpSsrcOffset;
        slot = -1;
        return datagram.Length >= offset + sizeof(uint)
            && _slots.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(datagram[offset..]), out slot);
    }

    private static int Collect(RtpSession session, Span<uint> ssrcs)
    {
        int count = 0;
        Add(session.AudioProducer.Parameters.RemoteSsrc, ssrcs, ref count);
        Add(session.VideoProducer.Parameters.RemoteSsrc, ssrcs, ref count);
        Add(session.VideoProducer.Parameters.RemoteRtxSsrc, ssrcs, ref count);
        return count;
    }

    private static void Add(uint ssrc, Span<uint> ssrcs, ref int count)
    {
        if (ssrc != 0)
        {
            ssrcs[count++] = ssrc;
        }
    }

    private sealed class KeyedComparer(SipHash hash) : IEqualityComparer<uint>
    {
        public bool Equals(uint x, uint y) => x == y;

        public int GetHashCode(uint obj) => (int)hash.Hash(obj);
    }
}
