using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;

namespace Relay.Simulation;

/// <summary>
/// Transport-wide congestion control of a client, on its own clock: it numbers what it sends, tells every 50 ms what it received,
/// and keeps what it is told, as a bandwidth estimator would.
/// </summary>
public sealed class SimulatedTransportCc(SimulatedRelay relay, SimulatedPeer peer)
{
    private readonly SortedDictionary<long, Instant> _arrived = [];
    private long _received = 0x10000;
    private long _nextToTell = -1;
    private bool _isScheduled;
    private byte _messageCount;
    private uint _lastTime;
    private long _toldTime = 1L << 40;

    /// <summary>The number of the next packet, extended.</summary>
    public long Next { get; set; } = 65_500;

    /// <summary>How far its clock is ahead of the relay's.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>It tells what it receives.</summary>
    public bool SendsFeedback { get; set; } = true;

    /// <summary>When each number was sent.</summary>
    public SortedDictionary<long, Instant> Sent { get; } = [];

    /// <summary>Everything that it was told, in order.</summary>
    public List<ToldPacket> Told { get; } = [];

    /// <summary>When each message came, and its count.</summary>
    public List<(Instant Time, byte Count)> Messages { get; } = [];

    /// <summary>Numbers of the packets that it received, in order.</summary>
    public List<ushort> ReceivedNumbers { get; } = [];

    /// <summary>The numbers that it was told were received, in order, with their times.</summary>
    public List<ToldPacket> ToldReceived => [.. Told.Where(t => t.IsReceived)];

    /// <summary>The numbers that were last told to be lost.</summary>
    public SortedSet<long> Lost
    {
        get
        {
            SortedSet<long> lost = [.. Told.Where(t => !t.IsReceived).Select(t => t.Number)];
            lost.ExceptWith(ToldReceived.Select(t => t.Number));
            return lost;
        }
    }

    /// <summary>Adds the next number to a packet that is about to be sent.</summary>
    public void Number(ref HeaderExtensionWriter extensions)
    {
        if (peer.Media.TransportCcExtensionId != 0)
        {
            Sent[Next] = relay.Now;
            TransportSequenceNumber.TryAdd(ref extensions, peer.Media.TransportCcExtensionId, (ushort)Next++);
        }
    }

    public void HandleArrival(in RtpPacketReader rtp)
    {
        if (peer.Media.TransportCcExtensionId == 0
            || !rtp.TryGetExtension(peer.Media.TransportCcExtensionId, out ReadOnlySpan<byte> value)
            || !TransportSequenceNumber.TryRead(value, out ushort sequence))
        {
            return;
        }

        ReceivedNumbers.Add(sequence);
        long number = SequenceNumber.Extend(sequence, _received);
        _received = Math.Max(_received, number);
        _arrived.TryAdd(number, relay.Now + ClockOffset);
        _nextToTell = _nextToTell < 0 ? number : Math.Min(_nextToTell, number);
        if (!_isScheduled)
        {
            _isScheduled = true;
            relay.Schedule(TimeSpan.FromMilliseconds(50), SendFeedback);
        }
    }

    public void HandleRtcp(RtcpPacket packet)
    {
        if (TransportFeedbackReader.TryParse(packet, ushort.MaxValue, out TransportFeedbackReader feedback) != default)
        {
            return;
        }

        Messages.Add((relay.Now, feedback.FeedbackCount));
        while (feedback.TryReadNext(out ushort sequence, out bool isReceived, out uint time))
        {
            if (isReceived)
            {
                _toldTime += (int)(time - _lastTime);
                _lastTime = time;
            }

            Told.Add(new ToldPacket(
                SequenceNumber.Extend(sequence, Next), isReceived, TimeSpan.FromMilliseconds(_toldTime * 0.25), relay.Now));
        }
    }

    private void SendFeedback()
    {
        _isScheduled = false;
        long first = _nextToTell;
        _nextToTell = _arrived.Keys.Last() + 1;
        if (SendsFeedback)
        {
            Instant last = new(_arrived.First(a => a.Key >= first).Value.Ticks / Unit / 256 * 256 * Unit);
            uint reference = (uint)(last.Ticks / Unit / 256) & 0xff_ffff;
            List<int> deltas = [];
            for (long number = first; number < _nextToTell; number++)
            {
                bool isReceived = _arrived.TryGetValue(number, out Instant time);
                long delta = (time.Ticks / Unit) - (last.Ticks / Unit);
                deltas.Add(isReceived ? checked((short)delta) : TransportFeedbackWriter.NotReceived);
                last = isReceived ? time : last;
            }

            byte[] buffer = new byte[TransportFeedbackWriter.GetMaxLength(deltas.Count)];
            var head = new TransportFeedbackHead((ushort)first, reference, _messageCount++);
            peer.SendRtcp(Padded(buffer.AsSpan(0, TransportFeedbackWriter.Write(buffer, 1, 2, head, [.. deltas])), deltas));
        }
    }

    // As Chromium does: what fills the last word is padding, by the header's P bit.
    private static Span<byte> Padded(Span<byte> message, List<int> deltas)
    {
        bool isRun = deltas.All(d => d is >= 0 and <= 255);
        int padding = isRun ? message.Length - 20 - 2 - deltas.Count : 0;
        if (padding > 0)
        {
            message[0] |= 0x20;
            message[^1] = (byte)padding;
        }

        return message;
    }

    // 250 microseconds.
    private const long Unit = TimeSpan.TicksPerMillisecond / 4;
}

/// <summary>What a sender was told of one of its packets.</summary>
/// <param name="Number">Its transport-wide number, extended.</param>
/// <param name="IsReceived">It arrived.</param>
/// <param name="Arrival">When, since some moment; meaningful if it did.</param>
/// <param name="ToldAt">When the sender was told.</param>
public sealed record ToldPacket(long Number, bool IsReceived, TimeSpan Arrival, Instant ToldAt);
