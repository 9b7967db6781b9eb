using System.Globalization;
using Relay.Testing.Network;

namespace Relay.BadNetworks;

/// <summary>A side's counters at a moment of its page's clock (W3C webrtc-stats): since the call's start, but for the height.</summary>
public sealed record SideSample(
    double At, double SentBytes, double SentPackets, double Resent, double FramesSent, double KeyFramesSent, double KeyFramesAsked,
    double Height, double FramesDecoded, double JitterBufferMs, double JitterBufferFrames, double Concealed, double Heard);

/// <summary>What a page wrote down: when each frame was shown, and its samples.</summary>
public sealed record SideTrace(double[] Frames, SideSample[] Samples);

/// <summary>What went through the sender's uplink and the receiver's downlink until the given second.</summary>
public sealed record LinkSample(double Second, LinkCounters Up, LinkCounters Down);

/// <summary>A stretch of a call on a bad network. The marks say when it began on each page's clock.</summary>
public sealed record Measurement(
    double Seconds, double SenderMark, SideTrace Sender, double ReceiverMark, SideTrace Receiver, IReadOnlyList<LinkSample> Links)
{
    private const double FreezeMilliseconds = 200;

    /// <summary>IP and UDP headers and the SRTP tag, which the browser's counters leave out.</summary>
    private const int UncountedBytesPerPacket = 20 + 8 + 16;

    public double FramesPerSecond => Grown(Receiver, s => s.FramesDecoded) / Seconds;

    public double KeyFrames => Grown(Sender, s => s.KeyFramesSent);

    /// <summary>Gaps of over 200 ms between frames shown, the one at the end included.</summary>
    public IReadOnlyList<double> Freezes
    {
        get
        {
            double[] times = [ReceiverMark, .. Receiver.Frames, ReceiverMark + (Seconds * 1000)];
            return [.. times.Zip(times.Skip(1), (a, b) => b - a).Where(gap => gap > FreezeMilliseconds)];
        }
    }

    /// <summary>What the sender puts on the wire between two seconds, in kbit/s: sound and picture with all headers.</summary>
    public double SentKbps(double from, double to)
    {
        SideSample first = At(Sender, SenderMark + (from * 1000));
        SideSample last = At(Sender, SenderMark + (to * 1000));
        double bytes = last.SentBytes - first.SentBytes + ((last.SentPackets - first.SentPackets) * UncountedBytesPerPacket);
        return bytes * 8 / Math.Max(1, last.At - first.At);
    }

    /// <summary>What this share of the packets waited at the bottleneck at most, in milliseconds.</summary>
    public double QueueMilliseconds(double share)
    {
        double[] waits = [.. Links.SelectMany(l => l.Down.Waits).Order()];
        return waits.Length == 0 ? 0 : waits[(int)Math.Min(waits.Length - 1, share * waits.Length)];
    }

    public string Describe()
    {
        IReadOnlyList<double> freezes = Freezes;
        double lost = Links.Sum(l => l.Down.Lost + l.Up.Lost);
        double overflowed = Links.Sum(l => l.Down.Overflowed);
        double buffered = Grown(Receiver, s => s.JitterBufferMs) / Math.Max(1, Grown(Receiver, s => s.JitterBufferFrames));
        double concealed = 100 * Grown(Receiver, s => s.Concealed) / Math.Max(1, Grown(Receiver, s => s.Heard));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{FramesPerSecond:F1} of {Grown(Sender, s => s.FramesSent) / Seconds:F1} frames/s at {Sender.Samples[^1].Height:F0}p, "
            + $"{freezes.Count} freezes ({freezes.Sum() / 1000:F1} s), "
            + $"{KeyFrames:F0} keyframes ({Grown(Sender, s => s.KeyFramesAsked):F0} asked for), "
            + $"sent {SentKbps(0, Seconds):F0} kbit/s (last third {SentKbps(Seconds * 2 / 3, Seconds):F0}), "
            + $"queue p50 {QueueMilliseconds(0.5):F0} p95 {QueueMilliseconds(0.95):F0} max {QueueMilliseconds(1):F0} ms, "
            + $"jitter buffer {buffered:F0} ms, {Grown(Sender, s => s.Resent):F0} resent, "
            + $"{concealed:F1} % of the sound concealed, {lost:F0} lost, {overflowed:F0} found the queue full");
    }

    private static double Grown(SideTrace side, Func<SideSample, double> counter) => counter(side.Samples[^1]) - counter(side.Samples[0]);

    private static SideSample At(SideTrace side, double time) => side.Samples.LastOrDefault(s => s.At <= time) ?? side.Samples[0];
}
