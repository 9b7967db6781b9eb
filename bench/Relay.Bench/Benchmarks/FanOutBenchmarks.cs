using BenchmarkDotNet.Attributes;
using Relay.Core.Srtp;
using Relay.Simulation;

namespace Relay.Bench.Benchmarks;

/// <summary>A packet of 1000 bytes of VP8 to ten receivers; the time is that of one packet in and ten out.</summary>
[InvocationCount(EngineLine.StockMax)]
public class FanOutBenchmarks
{
    private const int Sinks = 10;

    private EngineLine _line = null!;
    private SimulatedPeer _source = null!;

    [Params(SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm, SrtpProfile.Aes128CmSha1_80)]
    public SrtpProfile Profile { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _line = new EngineLine(Profile);
        _source = _line.Add(1);
        SimulatedPeer[] sinks = [.. Enumerable.Range(2, Sinks).Select(number => _line.Add((byte)number))];
        Array.ForEach(sinks, sink => _line.Consume(sink, _source));
        _line.Start(_source, sinks);
    }

    [IterationSetup]
    public void Fill()
    {
        _line.Begin();
        _line.AddFrames(_source, EngineLine.StockMax);
    }

    [Benchmark]
    public int OneToTen() => _line.Handle(1, sentMin: Sinks);

    [GlobalCleanup]
    public void Close() => _line.Dispose();
}
