using BenchmarkDotNet.Attributes;
using Relay.Core.Engine;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Srtp;
using Relay.Simulation;

namespace Relay.Bench.Benchmarks;

/// <summary>A receiver's transport-cc feedback on twenty packets, translated to the sender's numbers and clock.</summary>
[InvocationCount(Messages)]
public class FeedbackBenchmarks
{
    private const int Messages = 32;
    private const int PacketsPerMessage = 20;

    // 1 ms in 250 microseconds, and the reference time's 64 ms.
    private const int UnitsPerPacket = 4;
    private const int UnitsPerReference = 256;

    private EngineLine _line = null!;
    private SimulatedPeer _source = null!;
    private SimulatedPeer _sink = null!;
    private int _left;
    private int _told;
    private byte _count;

    [GlobalSetup]
    public void Open()
    {
        _line = new EngineLine(SrtpProfile.AeadAes128Gcm);
        _source = _line.Add(1, hasTransportCc: true);
        _sink = _line.Add(2, hasTransportCc: true);
        _line.Pair(_source, _sink);
        Send(_source.SealFrame(keyframe: true));
    }

    [IterationSetup]
    public void Fill()
    {
        // What was not told, as the keyframe, stays untold.
        _told = _left;
        for (int i = 0; i < Messages * PacketsPerMessage; i += PacketsPerMessage)
        {
            Send(_source.SealFrame(keyframe: false, packets: PacketsPerMessage));
        }

        _line.Begin();
        byte[] message = new byte[TransportFeedbackWriter.GetMaxLength(PacketsPerMessage)];
        for (int i = 0; i < Messages; i++)
        {
            _line.Add(_sink, [_sink.SealRtcp(message.AsSpan(0, WriteNext(message)))]);
        }
    }

    [Benchmark]
    public int Translate() => _line.Handle(1, sentMin: 1);

    [GlobalCleanup]
    public void Close() => _line.Dispose();

    private void Send(List<byte[]> datagrams)
    {
        _line.Begin();
        _line.Add(_source, datagrams);
        _line.Handle(datagrams.Count, look: Note);
    }

    // Whatever leaves as RTP has the next number.
    private void Note(ReadOnlySpan<byte> datagram) => _left += DatagramClassifier.Classify(datagram) == DatagramKind.Rtp ? 1 : 0;

    private int WriteNext(Span<byte> message)
    {
        int time = _told * UnitsPerPacket;
        Span<int> deltas = stackalloc int[PacketsPerMessage];
        deltas.Fill(UnitsPerPacket);
        deltas[0] = time % UnitsPerReference;
        var head = new TransportFeedbackHead((ushort)_told, (uint)(time / UnitsPerReference) & 0xff_ffff, _count++);
        _told += PacketsPerMessage;
        return TransportFeedbackWriter.Write(message, 1, EngineLine.RelaySsrc(_sink), head, deltas);
    }
}
