using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Rtp;

namespace Relay.Testing.Peers;

/// <summary>
/// Everything that a peer received on one SSRC, retransmissions put in their place. Safe from any thread.
/// </summary>
public sealed class ReceivedStream
{
    private readonly Lock _gate;
    private readonly SortedList<long, ReceivedPacket> _packets = [];
    private readonly Dictionary<ulong, int> _packetsByTag = [];
    private readonly Dictionary<ulong, int> _keyframesByTag = [];
    private long _highest;
    private int _duplicates;
    private int _retransmissions;
    private long _payloadBytes;

    internal ReceivedStream(Lock gate, uint ssrc, MediaKind kind)
    {
        _gate = gate;
        Ssrc = ssrc;
        Kind = kind;
    }

    public uint Ssrc { get; }

    public MediaKind Kind { get; }

    /// <summary>Different packets received.</summary>
    public int PacketCount => Read(s => s._packets.Count);

    /// <summary>Packets that came a second time.</summary>
    public int DuplicateCount => Read(s => s._duplicates);

    /// <summary>Packets that came as RTX.</summary>
    public int RetransmissionCount => Read(s => s._retransmissions);

    public long PayloadBytes => Read(s => s._payloadBytes);

    /// <summary>Whose media came last: the sender's <see cref="PeerIdentity.MediaTag"/>; 0 before the first packet.</summary>
    public ulong CurrentTag => Read(s => s._packets.Count == 0 ? 0 : s._packets.Values[^1].Stamp.MediaTag);

    /// <summary>Packets of a sender.</summary>
    public int PacketsFrom(ulong mediaTag) => Read(s => s._packetsByTag.GetValueOrDefault(mediaTag));

    /// <summary>Keyframes of a sender, counted by their first packet.</summary>
    public int KeyframesFrom(ulong mediaTag) => Read(s => s._keyframesByTag.GetValueOrDefault(mediaTag));

    /// <summary>All packets so far in sequence order.</summary>
    public IReadOnlyList<ReceivedPacket> Packets => Read(s => s._packets.Values.ToArray());

    /// <summary>Looks at all packets so far.</summary>
    public StreamAnalysis Analyze() => StreamAnalysis.Of(Kind, Packets);

    /// <summary>The highest sequence number with its wraps counted, as receiver reports want it; 0 before the first packet.</summary>
    internal long HighestSequence => Read(s => s._highest);

    /// <summary>Packets expected so far: from the first number to the highest.</summary>
    internal long ExpectedCount => Read(s => s._packets.Count == 0 ? 0 : s._highest - s._packets.Keys[0] + 1);

    /// <summary>Sequence numbers missing among the newest <paramref name="span"/>.</summary>
    internal List<ushort> Missing(int span)
    {
        lock (_gate)
        {
            var missing = new List<ushort>();
            if (_packets.Count > 0)
            {
                for (long i = Math.Max(_packets.Keys[0], _highest - span); i < _highest; i++)
                {
                    if (!_packets.ContainsKey(i))
                    {
                        missing.Add((ushort)i);
                    }
                }
            }

            return missing;
        }
    }

    internal void Add(in RtpPacketReader rtp, ushort sequence, ReadOnlySpan<byte> payload, bool isRetransmission, Instant now)
    {
        // One turn up, so that packets before the first one have a place.
        const long FirstTurn = 0x1_0000;
        long extended = _packets.Count == 0 ? FirstTurn + sequence : SequenceNumber.Extend(sequence, _highest);
        var packet = new ReceivedPacket
        {
            Sequence = extended,
            Timestamp = rtp.Timestamp,
            Marker = rtp.Marker,
            PayloadType = rtp.PayloadType,
            ArrivedAt = now,
            IsRetransmission = isRetransmission,
        };
        packet = Kind == MediaKind.Video ? ReadVp8(packet, payload) : ReadOpus(packet, payload);
        _retransmissions += isRetransmission ? 1 : 0;
        if (!_packets.TryAdd(extended, packet))
        {
            _duplicates++;
            return;
        }

        _highest = Math.Max(_highest, extended);
        _payloadBytes += payload.Length;
        ulong tag = packet.Stamp.MediaTag;
        _packetsByTag[tag] = _packetsByTag.GetValueOrDefault(tag) + 1;
        if (packet.IsKeyframe)
        {
            _keyframesByTag[tag] = _keyframesByTag.GetValueOrDefault(tag) + 1;
        }
    }

    private static ReceivedPacket ReadVp8(in ReceivedPacket packet, ReadOnlySpan<byte> payload)
    {
        if (Vp8PayloadDescriptor.TryParse(payload, out Vp8PayloadDescriptor descriptor) != DropReason.None)
        {
            return packet;
        }

        int header = !descriptor.IsStartOfFrame ? 0
            : descriptor.IsKeyframe ? Vp8Source.KeyframeHeaderBytes : Vp8Source.DeltaHeaderBytes;
        int stampOffset = Math.Min(descriptor.Length + header, payload.Length);
        _ = MediaStamp.TryRead(payload[stampOffset..], out MediaStamp stamp);
        return packet with
        {
            IsStartOfFrame = descriptor.IsStartOfFrame,
            IsKeyframe = descriptor.IsKeyframe,
            PictureId = descriptor.PictureId,
            Tl0PicIdx = descriptor.Tl0PicIdx,
            KeyIdx = descriptor.KeyIdx,
            Stamp = stamp,
        };
    }

    private static ReceivedPacket ReadOpus(in ReceivedPacket packet, ReadOnlySpan<byte> payload)
    {
        _ = MediaStamp.TryRead(payload[Math.Min(OpusSource.TocBytes, payload.Length)..], out MediaStamp stamp);
        return packet with { Stamp = stamp };
    }

    private T Read<T>(Func<ReceivedStream, T> read)
    {
        lock (_gate)
        {
            return read(this);
        }
    }
}
