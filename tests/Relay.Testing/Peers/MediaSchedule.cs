using Relay.Core.Primitives;

namespace Relay.Testing.Peers;

/// <summary>When a peer sends media, reports and NACKs by itself.</summary>
internal sealed class MediaSchedule(TestPeerOptions options)
{
    private const int NackSpanPackets = 256;
    private const int NackRetriesMax = 10;

    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NackInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LateMax = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<ushort, int> _nackTries = [];
    private Instant _nextFrame;
    private Instant _nextAudio;
    private Instant _nextReports;
    private Instant _nextNack;

    /// <summary>Media is sent by the clock.</summary>
    public bool IsRunning { get; set; } = options.SendsMedia;

    public void Start(Instant now)
    {
        _nextFrame = now;
        _nextAudio = now;
        _nextReports = now + ReportInterval;
        _nextNack = now;
    }

    public void Run(PeerSender sender, PeerReceiver receiver, Instant now)
    {
        while (IsRunning && IsDue(ref _nextFrame, TimeSpan.FromSeconds(1.0 / options.FramesPerSecond), now))
        {
            sender.SendVideoFrame(forceKeyframe: false, now);
        }

        while (IsRunning && IsDue(ref _nextAudio, TimeSpan.FromSeconds(1.0 / options.AudioPacketsPerSecond), now))
        {
            sender.SendAudioPacket(now);
        }

        if (IsDue(ref _nextReports, ReportInterval, now))
        {
            sender.SendReports(receiver.ReportBlocks(now), now);
        }

        if (options.SendsNacks && IsDue(ref _nextNack, NackInterval, now) && receiver.Video is { } video)
        {
            SendNack(sender, video);
        }
    }

    private static bool IsDue(ref Instant next, TimeSpan interval, Instant now)
    {
        if (now < next)
        {
            return false;
        }

        // After a pause of the thread or of the sending, go on from here instead of catching up.
        next = now - next > LateMax ? now + interval : next + interval;
        return true;
    }

    private void SendNack(PeerSender sender, ReceivedStream video)
    {
        List<ushort> missing = video.Missing(NackSpanPackets);
        foreach (ushort given in _nackTries.Keys.Except(missing).ToList())
        {
            _nackTries.Remove(given);
        }

        missing.RemoveAll(m => _nackTries.GetValueOrDefault(m) >= NackRetriesMax);
        foreach (ushort sequence in missing)
        {
            _nackTries[sequence] = _nackTries.GetValueOrDefault(sequence) + 1;
        }

        if (missing.Count > 0)
        {
            sender.SendNack(video.Ssrc, missing.ToArray());
        }
    }
}
