using System.Globalization;
using Relay.Core.Codecs;

namespace Relay.Testing.Peers;

/// <summary>
/// Whether a received stream is what one decoder can play from its first packet to its last: the numbers that RTP and VP8
/// promise to be continuous, checked packet by packet and frame by frame.
/// </summary>
public sealed class StreamAnalysis
{
    private const uint VideoStepMax = 90_000 * 10;
    private const uint AudioStepMax = 48_000 * 10;

    private readonly List<string> _breaks = [];
    private readonly List<ReceivedFrame> _frames = [];

    private StreamAnalysis()
    {
    }

    /// <summary>One sentence for each discontinuity; empty for a perfect stream.</summary>
    public IReadOnlyList<string> Breaks => _breaks;

    /// <summary>Sequence numbers between the first and the last packet that never came.</summary>
    public long LostPackets { get; private set; }

    /// <summary>
    /// Frames of one sender (video) or packets of one sender (audio) that were left out although the sequence numbers go on.
    /// Not among <see cref="Breaks"/>: pausing does that rightly.
    /// </summary>
    public long LeftOut { get; private set; }

    /// <summary>Video frames in order.</summary>
    public IReadOnlyList<ReceivedFrame> Frames => _frames;

    /// <summary>The senders in the order in which their media came; one that came back is named again.</summary>
    public IReadOnlyList<ulong> Sources { get; private set; } = [];

    /// <param name="packets">In sequence order.</param>
    public static StreamAnalysis Of(MediaKind kind, IReadOnlyList<ReceivedPacket> packets)
    {
        var analysis = new StreamAnalysis();
        analysis.CheckSequence(packets);
        if (kind == MediaKind.Video)
        {
            analysis.CollectFrames(packets);
            analysis.CheckFrames();
        }
        else
        {
            analysis.CheckAudio(packets);
        }

        var sources = new List<ulong>();
        foreach (ReceivedPacket packet in packets)
        {
            if (sources.Count == 0 || sources[^1] != packet.Stamp.MediaTag)
            {
                sources.Add(packet.Stamp.MediaTag);
            }
        }

        analysis.Sources = sources;
        return analysis;
    }

    private void CheckSequence(IReadOnlyList<ReceivedPacket> packets)
    {
        for (int i = 1; i < packets.Count; i++)
        {
            long missing = packets[i].Sequence - packets[i - 1].Sequence - 1;
            if (missing > 0)
            {
                LostPackets += missing;
                Break($"{missing} packets missing before sequence number {(ushort)packets[i].Sequence}");
            }
        }
    }

    private void CheckAudio(IReadOnlyList<ReceivedPacket> packets)
    {
        for (int i = 1; i < packets.Count; i++)
        {
            (ReceivedPacket before, ReceivedPacket packet) = (packets[i - 1], packets[i]);
            CheckStep(before.Timestamp, packet.Timestamp, AudioStepMax, i);
            bool isSameSource = packet.Stamp.MediaTag == before.Stamp.MediaTag;
            if (isSameSource && packet.Sequence == before.Sequence + 1)
            {
                LeftOut += (long)packet.Stamp.FrameNumber - before.Stamp.FrameNumber - 1;
            }
        }
    }

    private void CollectFrames(IReadOnlyList<ReceivedPacket> packets)
    {
        int first = 0;
        for (int i = 1; i <= packets.Count; i++)
        {
            if (i == packets.Count || packets[i].Timestamp != packets[first].Timestamp)
            {
                _frames.Add(Frame(packets, first, i - 1));
                first = i;
            }
        }
    }

    private static ReceivedFrame Frame(IReadOnlyList<ReceivedPacket> packets, int first, int last)
    {
        ReceivedPacket head = packets[first];
        bool isComplete = head.IsStartOfFrame && packets[last].Marker && last - first + 1 == head.Stamp.PacketCount;
        for (int i = first; i <= last; i++)
        {
            isComplete &= packets[i].Sequence == head.Sequence + (i - first)
                && packets[i].PictureId == head.PictureId
                && packets[i].Stamp == head.Stamp with { PacketIndex = (ushort)(i - first) };
        }

        return new ReceivedFrame
        {
            MediaTag = head.Stamp.MediaTag,
            FrameNumber = head.Stamp.FrameNumber,
            Timestamp = head.Timestamp,
            PictureId = head.PictureId,
            Tl0PicIdx = head.Tl0PicIdx,
            KeyIdx = head.KeyIdx,
            IsKeyframe = head.IsKeyframe,
            IsComplete = isComplete,
            ArrivedAt = packets[last].ArrivedAt,
            FirstSequence = head.Sequence,
            LastSequence = packets[last].Sequence,
        };
    }

    private void CheckFrames()
    {
        for (int i = 0; i < _frames.Count; i++)
        {
            ReceivedFrame frame = _frames[i];
            if (!frame.IsComplete && i < _frames.Count - 1)
            {
                Break($"frame {i} is not whole");
            }

            if (i == 0)
            {
                BreakIf(!frame.IsKeyframe, $"the stream does not start with a keyframe");
                continue;
            }

            ReceivedFrame before = _frames[i - 1];
            CheckStep(before.Timestamp, frame.Timestamp, VideoStepMax, i);
            BreakIf(frame.PictureId != ((before.PictureId + 1) & 0x7FFF), $"picture id {before.PictureId} then {frame.PictureId} at frame {i}");
            BreakIf(frame.Tl0PicIdx != (byte)(before.Tl0PicIdx + 1), $"TL0PICIDX {before.Tl0PicIdx} then {frame.Tl0PicIdx} at frame {i}");
            int keyIdx = frame.IsKeyframe ? (before.KeyIdx + 1) & 0x1F : before.KeyIdx;
            BreakIf(frame.KeyIdx != keyIdx, $"KEYIDX {before.KeyIdx} then {frame.KeyIdx} at frame {i}");
            if (frame.MediaTag != before.MediaTag)
            {
                BreakIf(!frame.IsKeyframe, $"frame {i} begins another source and is no keyframe");
            }
            else if (frame.FirstSequence == before.LastSequence + 1)
            {
                LeftOut += (long)frame.FrameNumber - before.FrameNumber - 1;
            }
        }
    }

    private void CheckStep(uint before, uint after, uint max, int index)
    {
        int step = (int)(after - before);
        BreakIf(step <= 0 || step > max, $"the timestamp moves by {step} at {index}");
    }

    private void BreakIf(bool isBroken, FormattableString what)
    {
        if (isBroken)
        {
            Break(what);
        }
    }

    private void Break(FormattableString what) => _breaks.Add(what.ToString(CultureInfo.InvariantCulture));
}
