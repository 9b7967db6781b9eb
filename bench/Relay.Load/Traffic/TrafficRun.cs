using System.Diagnostics;
using Relay.Core.Diagnostics;
using Relay.Core.Turn;

namespace Relay.Load.Traffic;

/// <summary>Takes a datagram for a leg; it is good until the return.</summary>
internal delegate void DatagramHandler(LoadLeg leg, ReadOnlySpan<byte> datagram);

/// <summary>
/// Sends a stock at its times and takes account of what comes back, all on the calling thread, which spins: a sleeping
/// generator would make the server pay for waking it.
/// </summary>
internal sealed class TrafficRun
{
    /// <summary>One packet in so many is opened and compared with what was sent.</summary>
    private const int CheckEvery = 64;

    // Shots loaded in one go: few enough that what comes back is taken in time.
    private const int ShotsPerTurn = 32;

    private const double LateMaxSeconds = 0.001;

    private readonly LoadSocket _socket;
    private readonly IReadOnlyList<LoadLeg> _legs;
    private readonly LatencyHistogram _latency = new();
    private readonly byte[] _plain = new byte[2048];
    private readonly uint _firstAddress;
    private long _received;
    private long _checked;
    private long _bad;
    private long _others;

    /// <param name="socket">The socket of all legs.</param>
    /// <param name="legs">All of them, with addresses one after the other.</param>
    public TrafficRun(LoadSocket socket, IReadOnlyList<LoadLeg> legs)
    {
        _socket = socket;
        _legs = legs;
        _firstAddress = legs[0].LocalAddress;
    }

    /// <summary>Takes STUN and DTLS; null drops them.</summary>
    public DatagramHandler? HandleOther { get; set; }

    /// <summary>Called once the packets of a run are ready, right before the first is sent; null for none.</summary>
    public Action? Starting { get; set; }

    /// <summary>Called between two turns of the loop; null for none.</summary>
    public Action? HandleTurn { get; set; }

    public TrafficResult Run(TrafficOptions options, Random random)
    {
        IReadOnlyList<LoadLeg> senders = [.. _legs.Where(l => l.Sends)];
        using var stock = new PacketStock(senders, options, random);
        (_received, _checked, _bad, _others) = (0, 0, 0, 0);
        _latency.Clear();
        while (_socket.Receive() > 0)
        {
            // Stragglers of the run before.
        }

        long drops = _socket.Drops;
        Starting?.Invoke();
        using var urgent = new UrgentThread();
        long start = Stopwatch.GetTimestamp();
        double late = Send(stock, options, start, urgent);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long drained = Stopwatch.GetTimestamp();
        while (_received < stock.Expected && Stopwatch.GetElapsedTime(drained) < options.Drain)
        {
            Receive();
            HandleTurn?.Invoke();
        }

        return new TrafficResult
        {
            Sent = stock.Packets,
            Expected = stock.Expected,
            Received = _received,
            Checked = _checked,
            Bad = _bad,
            Others = _others,
            Overflowed = _socket.Drops - drops,
            Seconds = seconds,
            LateSeconds = late,
            P50 = _latency.PercentileMicroseconds(0.5),
            P90 = _latency.PercentileMicroseconds(0.9),
            P99 = _latency.PercentileMicroseconds(0.99),
            P999 = _latency.PercentileMicroseconds(0.999),
            Max = _latency.MaxMicroseconds,
        };
    }

    /// <summary>Receives once, outside of a run.</summary>
    /// <returns>False if nothing has come.</returns>
    public bool Receive()
    {
        int count = _socket.Receive();
        if (count == 0)
        {
            return false;
        }

        long now = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            Span<byte> data = _socket.Received(i, out uint local, out int segment);
            int index = (int)(local - _firstAddress);
            if ((uint)index >= (uint)_legs.Count)
            {
                continue;
            }

            for (LoadLeg leg = _legs[index]; !data.IsEmpty; data = data[Math.Min(segment, data.Length)..])
            {
                Take(leg, data[..Math.Min(segment, data.Length)], now);
            }
        }

        return true;
    }

    // Returns how late it is at the end. What is late is not caught up, which would make bursts of what should be spaced evenly.
    private unsafe double Send(PacketStock stock, TrafficOptions options, long start, UrgentThread urgent)
    {
        double late = 0;
        Shot[] shots = stock.Shots;
        for (int next = 0; next < shots.Length;)
        {
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds - late;
            if (seconds - shots[next].DueSeconds > LateMaxSeconds)
            {
                late += seconds - shots[next].DueSeconds;
                seconds = shots[next].DueSeconds;
            }

            int loaded = 0;
            while (loaded < ShotsPerTurn && next + loaded < shots.Length && shots[next + loaded].DueSeconds <= seconds)
            {
                ref readonly Shot shot = ref shots[next + loaded];
                int segment = shot.Packets > 1 ? shot.PacketBytes : 0;
                byte* data = stock.Pointer(shot.Offset);
                LoadLeg leg = shot.Leg;
                _socket.Load(loaded++, data, shot.Packets * shot.PacketBytes, segment, leg.LocalAddress, leg.ServerAddress, leg.ServerPort);
            }

            if (loaded > 0)
            {
                MarkSent(stock, next, loaded);
                next += _socket.Send(loaded);
            }

            bool isIdle = !Receive();
            HandleTurn?.Invoke();
            if (options.SharesCpu && isIdle && loaded == 0)
            {
                urgent.Pause();
            }
        }

        return late;
    }

    // Before the call, so that an answer never comes first; what the call does not take is marked again later.
    private static unsafe void MarkSent(PacketStock stock, int first, int count)
    {
        long now = Stopwatch.GetTimestamp();
        for (int i = first; i < first + count; i++)
        {
            ref readonly Shot shot = ref stock.Shots[i];
            byte* packet = stock.Pointer(shot.Offset);
            for (int k = 0; k < shot.Packets; k++, packet += shot.PacketBytes)
            {
                byte* number = packet + shot.Leg.HeaderBytes + 2;
                shot.Leg.MarkSent((ushort)((number[0] << 8) | number[1]), now);
            }
        }
    }

    private void Take(LoadLeg leg, ReadOnlySpan<byte> packet, long now)
    {
        if (leg.Channel != 0 && ChannelData.TryParse(packet, out ChannelData message) == DropReason.None && message.Channel == leg.Channel)
        {
            packet = message.Data;
        }

        bool isRtp = packet.Length >= MediaPackets.BytesMin && packet[0] is >= 128 and <= 191 && packet[1] is < 192 or > 223;
        if (!isRtp || leg.Source is null || ReadSsrc(packet) != leg.IncomingSsrc)
        {
            _others++;
            if (packet.Length > 0 && packet[0] < 128)
            {
                HandleOther?.Invoke(leg, packet);
            }

            return;
        }

        _received++;
        ushort sequence = (ushort)((packet[2] << 8) | packet[3]);
        if (!leg.KnowsOffset || _received % CheckEvery == 0)
        {
            Check(leg, packet, sequence);
        }

        if (leg.Source.TryGetSent((ushort)(sequence - leg.SequenceOffset), out long sent))
        {
            _latency.AddTicks(now - sent);
        }
    }

    private void Check(LoadLeg leg, ReadOnlySpan<byte> packet, ushort sequence)
    {
        _checked++;
        DropReason reason = leg.Inbound!.Unprotect(packet, _plain, out int length);
        if (reason != DropReason.None
            || !MediaPackets.TryReadStamp(_plain.AsSpan(0, length), out Testing.Peers.MediaStamp stamp)
            || stamp.MediaTag != (ulong)leg.Source!.Index)
        {
            _bad++;
            return;
        }

        leg.SequenceOffset = (ushort)(sequence - stamp.FrameNumber);
        leg.KnowsOffset = true;
    }

    private static uint ReadSsrc(ReadOnlySpan<byte> packet) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
}
