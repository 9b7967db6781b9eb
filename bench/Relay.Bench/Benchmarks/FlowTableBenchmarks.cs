using BenchmarkDotNet.Attributes;
using Relay.Core.Primitives;
using Relay.Simulation;

namespace Relay.Bench.Benchmarks;

/// <summary>Finding the transport of a remote address in a table of a thousand, which is as full as it gets.</summary>
public class FlowTableBenchmarks
{
    private const int Flows = 1024;
    private const uint Known = 0x0a00_0000;
    private const uint Unknown = 0x0b00_0000;

    private FlowTable _table = null!;
    private uint _next;

    [GlobalSetup]
    public void Open()
    {
        _table = new FlowTable(Flows, new SeededRandom(1));
        for (uint i = 0; i < Flows; i++)
        {
            _table.TrySet(TransportAddress.FromIPv4(Known + i, 5000), (int)i);
        }
    }

    [Benchmark]
    public int Hit() => Find(Known, isKnown: true);

    [Benchmark]
    public int Miss() => Find(Unknown, isKnown: false);

    private int Find(uint network, bool isKnown) =>
        _table.TryGet(TransportAddress.FromIPv4(network + (_next++ % Flows), 5000), out int slot) == isKnown
            ? slot
            : throw new InvalidOperationException("The table is wrong.");
}
