namespace Relay.Core.Codecs.Vp8;

/// <summary>
/// Puts a keyframe together from its RTP payloads (RFC 7741 section 4), in whatever order they come. Keeps its memory for the
/// next frame, at most twice <see cref="Vp8FrameLimits.BytesMax"/>. Not for several threads at once.
/// </summary>
public sealed class Vp8KeyframeAssembler
{
    private const int StartBytes = 16 * 1024;
    private const int StartPackets = 32;

    private readonly Vp8FrameLimits _limits;
    private Packet[] _packets = new Packet[StartPackets];
    private int _packetCount;
    private byte[] _payloads = [];
    private int _payloadLength;
    private byte[] _frame = [];
    private uint _timestamp;
    private int _pictureId;

    public Vp8KeyframeAssembler(Vp8FrameLimits limits) => _limits = limits;

    /// <summary>Begins with a frame and forgets the last one.</summary>
    /// <param name="timestamp">The RTP timestamp that all its packets have.</param>
    public void Start(uint timestamp)
    {
        _timestamp = timestamp;
        _packetCount = 0;
        _payloadLength = 0;
    }

    /// <summary>Adds a packet.</summary>
    /// <param name="sequence">The sequence number, extended over its wraps.</param>
    /// <param name="timestamp">The RTP timestamp.</param>
    /// <param name="isMarked">The marker bit: the packet is the last of its frame.</param>
    /// <param name="payload">The payload with its descriptor, without padding. It is copied.</param>
    /// <returns>
    /// <see cref="Vp8FrameError.None"/>, or why the packet was not taken: <see cref="Vp8FrameError.OtherFrame"/> and
    /// <see cref="Vp8FrameError.Duplicate"/> leave the frame as it is; with any other the packet is missing from now on.
    /// </returns>
    public Vp8FrameError Add(long sequence, uint timestamp, bool isMarked, ReadOnlySpan<byte> payload)
    {
        if (timestamp != _timestamp)
        {
            return Vp8FrameError.OtherFrame;
        }

        if (Vp8PayloadDescriptor.TryParse(payload, out Vp8PayloadDescriptor descriptor) != Diagnostics.DropReason.None)
        {
            return Vp8FrameError.MalformedPayload;
        }

        int pictureId = descriptor.HasPictureId ? descriptor.PictureId : -1;
        if (_packetCount > 0 && pictureId != _pictureId)
        {
            return Vp8FrameError.OtherFrame;
        }

        if (descriptor.IsStartOfFrame && !descriptor.IsKeyframe)
        {
            return Vp8FrameError.NotKeyframe;
        }

        int at = PlaceOf(sequence);
        if (at > 0 && _packets[at - 1].Sequence == sequence)
        {
            return Vp8FrameError.Duplicate;
        }

        if (_packetCount == _limits.PacketsMax)
        {
            return Vp8FrameError.TooManyPackets;
        }

        ReadOnlySpan<byte> data = payload[descriptor.Length..];
        if (data.Length > _limits.BytesMax - _payloadLength)
        {
            return Vp8FrameError.TooManyBytes;
        }

        _pictureId = pictureId;
        Insert(at, new Packet(sequence, _payloadLength, data.Length, descriptor.IsStartOfFrame, isMarked));
        Reserve(ref _payloads, _payloadLength + data.Length);
        data.CopyTo(_payloads.AsSpan(_payloadLength));
        _payloadLength += data.Length;
        return Vp8FrameError.None;
    }

    /// <summary>Puts together what was added.</summary>
    /// <param name="frame">The frame, good until the next call.</param>
    /// <returns>
    /// <see cref="Vp8FrameError.None"/>; <see cref="Vp8FrameError.Incomplete"/> if a packet is missing, and more may be added;
    /// or why it is no keyframe that can be decoded within the limits.
    /// </returns>
    public Vp8FrameError TryAssemble(out ReadOnlySpan<byte> frame, out Vp8FrameTag tag)
    {
        frame = default;
        tag = default;
        Vp8FrameError error = FindEnd(out int count, out int length);
        if (error != Vp8FrameError.None)
        {
            return error;
        }

        Reserve(ref _frame, length);
        int written = 0;
        foreach (Packet packet in _packets.AsSpan(0, count))
        {
            _payloads.AsSpan(packet.Offset, packet.Length).CopyTo(_frame.AsSpan(written));
            written += packet.Length;
        }

        error = Vp8FrameTag.TryRead(_frame.AsSpan(0, written), _limits, out tag);
        if (error == Vp8FrameError.None)
        {
            frame = _frame.AsSpan(0, written);
        }

        return error;
    }

    /// <summary>Goes from the first packet to the marked one: for a receiver, too, the frame ends there.</summary>
    private Vp8FrameError FindEnd(out int count, out int length)
    {
        count = 0;
        length = 0;
        if (_packetCount == 0 || !_packets[0].IsStart)
        {
            return Vp8FrameError.Incomplete;
        }

        foreach (Packet packet in _packets.AsSpan(0, _packetCount))
        {
            if (packet.Sequence != _packets[0].Sequence + count)
            {
                return Vp8FrameError.Incomplete;
            }

            if (packet.IsStart && count > 0)
            {
                return Vp8FrameError.MalformedPayload;
            }

            count++;
            length += packet.Length;
            if (packet.IsMarked)
            {
                return Vp8FrameError.None;
            }
        }

        return Vp8FrameError.Incomplete;
    }

    /// <summary>Where a packet belongs, behind one of the same number; from the end, for most come in order.</summary>
    private int PlaceOf(long sequence)
    {
        int at = _packetCount;
        while (at > 0 && _packets[at - 1].Sequence > sequence)
        {
            at--;
        }

        return at;
    }

    private void Insert(int at, Packet packet)
    {
        if (_packetCount == _packets.Length)
        {
            Array.Resize(ref _packets, Math.Min(_packets.Length * 2, _limits.PacketsMax));
        }

        _packets.AsSpan(at, _packetCount - at).CopyTo(_packets.AsSpan(at + 1));
        _packets[at] = packet;
        _packetCount++;
    }

    private void Reserve(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            int wanted = Math.Max(length, Math.Max(StartBytes, buffer.Length * 2));
            Array.Resize(ref buffer, Math.Min(wanted, _limits.BytesMax));
        }
    }

    /// <param name="Offset">Where its data is among the payloads.</param>
    /// <param name="IsStart">The first of a frame.</param>
    private readonly record struct Packet(long Sequence, int Offset, int Length, bool IsStart, bool IsMarked);
}
