using BenchmarkDotNet.Attributes;
using Relay.Core.Srtp;
using Relay.Simulation;

namespace Relay.Bench.Benchmarks;

/// <summary>A packet of 1000 bytes of VP8 through the engine: opened, rewritten, sealed for the partner, without I/O.</summary>
[InvocationCount(EngineLine.StockMax / PacketsPerBatch)]
public class ForwardBenchmarks
{
    private const int PacketsPerBatch = 16;

    private EngineLine _line = null!;
    private SimulatedPeer _source = null!;

    [Params(SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm, SrtpProfile.Aes128CmSha1_80)]
    public SrtpProfile Profile { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _line = new EngineLine(Profile);
        _source = _line.Add(1);
        SimulatedPeer sink = _line.Add(2);
        _line.Pair(_source, sink);
        _line.Start(_source, sink);
    }

    [IterationSetup]
    public void Fill()
    {
        _line.Begin();
        _line.AddFrames(_source, EngineLine.StockMax);
    }

    /// <summary>Each in a batch of its own, as when the relay has time.</summary>
    [Benchmark(OperationsPerInvoke = PacketsPerBatch)]
    public int ByOnes()
    {
        int sent = 0;
        for (int i = 0; i < PacketsPerBatch; i++)
        {
            sent += _line.Handle(1, sentMin: 1);
        }

        return sent;
    }

    /// <summary>In batches, as when it has not: AES-CM's HMACs run side by side.</summary>
    [Benchmark(OperationsPerInvoke = PacketsPerBatch)]
    public int BySixteens() => _line.Handle(PacketsPerBatch, sentMin: PacketsPerBatch);

    [GlobalCleanup]
    public void Close() => _line.Dispose();
}
