using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using Relay.Core.Engine;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Srtp;
using Relay.Simulation;

namespace Relay.Bench.Benchmarks;

/// <summary>A NACK for one packet, opened, read, and answered over RTX from the retransmission cache.</summary>
[InvocationCount(Nacks)]
public class NackBenchmarks
{
    // A receiver may be sent again 128 KiB at once, and earns that with as much media.
    private const int Nacks = 128;

    private readonly List<ushort> _sent = [];
    private EngineLine _line = null!;
    private SimulatedPeer _source = null!;
    private SimulatedPeer _sink = null!;

    [Params(SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmSha1_80)]
    public SrtpProfile Profile { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _line = new EngineLine(Profile);
        _source = _line.Add(1);
        _sink = _line.Add(2);
        _line.Pair(_source, _sink);
        _line.Start(_source, _sink);
    }

    [IterationSetup]
    public void Fill()
    {
        _line.Begin();
        _line.AddFrames(_source, Nacks);
        _sent.Clear();
        _line.Handle(Nacks, look: Note);
        _line.Begin();
        byte[] nack = new byte[NackWriter.GetMaxLength(1)];
        foreach (ushort sequence in _sent)
        {
            NackWriter.Write(nack, 1, EngineLine.RelaySsrc(_sink), [sequence], out _);
            _line.Add(_sink, [_sink.SealRtcp(nack)]);
        }
    }

    [Benchmark]
    public int Answer() => _line.Handle(1, sentMin: 1);

    [GlobalCleanup]
    public void Close() => _line.Dispose();

    private void Note(ReadOnlySpan<byte> datagram)
    {
        if (DatagramClassifier.Classify(datagram) == DatagramKind.Rtp)
        {
            _sent.Add(BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]));
        }
    }
}
