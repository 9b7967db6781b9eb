using Relay.Core.Buffers;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Srtp;
using Relay.Simulation;

namespace Relay.Bench;

/// <summary>
/// A real engine with plain legs, and the datagrams that it will be given: sealed ahead, since an authentic packet can be
/// handed in only once. Time is virtual, a millisecond a packet, so reports and clean-up come as often as with 1,000
/// packets a second.
/// </summary>
internal sealed class EngineLine : IDisposable
{
    /// <summary>Datagrams that can wait.</summary>
    public const int StockMax = 1024;

    private const int DatagramMaxBytes = 1500;

    private static readonly TimeSpan PacketInterval = TimeSpan.FromMilliseconds(1);

    private readonly SimulatedRelay _relay;
    private readonly Received[] _stock = new Received[StockMax];
    private readonly List<SimulatedPeer> _peers = [];
    private Instant _now;
    private int _count;
    private int _next;

    public EngineLine(SrtpProfile profile)
    {
        _relay = new SimulatedRelay(profile, slab: new ReceiveSlab(StockMax, DatagramMaxBytes), isChecked: false);
        _now = _relay.Now;
    }

    /// <summary>Opens a plain leg with what Chrome's offer agrees on.</summary>
    /// <param name="number">Its slot, and the seed of its keys.</param>
    /// <param name="hasTransportCc">Transport-wide numbers beside abs-send-time.</param>
    public SimulatedPeer Add(byte number, bool hasTransportCc = false)
    {
        var media = new SimulatedMedia { AbsSendTimeExtensionId = 2, TransportCcExtensionId = (byte)(hasTransportCc ? 3 : 0) };
        SimulatedPeer peer = _relay.AddPlain(number, media: media);
        _peers.Add(peer);
        return peer;
    }

    public void Pair(SimulatedPeer left, SimulatedPeer right) =>
        _relay.Command(Command.Connect(left.Id, right.Id, withVideo: true));

    public void Consume(SimulatedPeer sink, SimulatedPeer source) => _relay.Consume(sink, source);

    /// <summary>The sink starts on a keyframe of the source and reports on the stream, so that it needs no MID.</summary>
    public void Start(SimulatedPeer source, params ReadOnlySpan<SimulatedPeer> sinks)
    {
        Begin();
        Add(source, source.SealFrame(keyframe: true));
        byte[] report = new byte[ReceiverReportWriter.GetLength(1)];
        foreach (SimulatedPeer sink in sinks)
        {
            ReceiverReportWriter.Write(report, 1, [new ReportBlock(RelaySsrc(sink), 0, 0, 70_000, 9, 0, 0)]);
            Add(sink, [sink.SealRtcp(report)]);
        }

        Handle(_count);
    }

    /// <summary>The SSRC of the video that a peer is sent.</summary>
    public static uint RelaySsrc(SimulatedPeer sink) => sink.CreateParameters().Video.LocalSsrc;

    /// <summary>Begins a new stock. What is left of the last one is handed in, so that the streams have no gap.</summary>
    public void Begin()
    {
        Handle(_count - _next);
        _count = _next = 0;
    }

    public void Add(SimulatedPeer from, IReadOnlyList<byte[]> datagrams)
    {
        foreach (byte[] datagram in datagrams)
        {
            datagram.CopyTo(_relay.Slab.Buffer(_count));
            _stock[_count] = new Received
            {
                Offset = _relay.Slab.OffsetOf(_count),
                Length = datagram.Length,
                Remote = from.Address,
            };
            _count++;
        }
    }

    /// <summary>Fills the stock with the source's frames, eight packets each.</summary>
    public void AddFrames(SimulatedPeer source, int packets)
    {
        for (int i = 0; i < packets; i += 8)
        {
            Add(source, source.SealFrame(keyframe: false, packets: 8));
        }
    }

    /// <summary>Hands the next datagrams to the engine and takes what it sends.</summary>
    /// <returns>How many datagrams it sent.</returns>
    public int Handle(int count, Action<ReadOnlySpan<byte>>? look = null)
    {
        ReadOnlySpan<Received> batch = _stock.AsSpan(_next, Math.Min(count, _count - _next));
        _next += batch.Length;
        _now += PacketInterval * batch.Length;
        int sent = 0;
        while (!batch.IsEmpty)
        {
            batch = batch[_relay.Engine.HandleDatagrams(batch, _now)..];
            sent += Drain(look);
        }

        if (_relay.Engine.NextTimeout <= _now)
        {
            _relay.Engine.HandleTimeout(_now);
            Drain(look: null);
        }

        return sent;
    }

    /// <summary>Hands the next datagrams in; less than what must come of them means that something else is measured.</summary>
    /// <exception cref="InvalidOperationException">It sent fewer than that.</exception>
    public int Handle(int count, int sentMin)
    {
        int sent = Handle(count);
        return sent >= sentMin ? sent : throw new InvalidOperationException($"{count} datagrams brought {sent}, not {sentMin}.");
    }

    public void Dispose()
    {
        _relay.Dispose();
        _peers.ForEach(peer => peer.Dispose());
    }

    private int Drain(Action<ReadOnlySpan<byte>>? look)
    {
        int sent = 0;
        while (_relay.Engine.TryDequeueTransmit(out Transmit transmit))
        {
            look?.Invoke(_relay.Pool.Span(transmit.Packet, transmit.Offset, transmit.Length));
            _relay.Pool.Release(transmit.Packet, PacketOwner.Transmit);
            sent++;
        }

        return sent;
    }
}
