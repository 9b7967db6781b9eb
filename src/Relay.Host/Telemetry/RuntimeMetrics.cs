namespace Relay.Host.Telemetry;

/// <summary>What the runtime's garbage collector does to the packet threads, and the memory of the process.</summary>
internal sealed class RuntimeMetrics : IMetricsSource
{
    public void WriteTo(PrometheusWriter writer)
    {
        writer.Counter("relay_gc_pause_seconds_total", "Time in which the garbage collector held up packet threads too.")
            .Sample(string.Empty, [], GC.GetTotalPauseDuration().TotalSeconds);
        writer.Counter("relay_gc_collections_total", "Garbage collections by generation; one counts for those below it too.");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            writer.Sample("generation", ((char)('0' + generation)).ToString(), GC.CollectionCount(generation));
        }

        writer.Gauge("relay_managed_heap_bytes", "Managed memory in use, packet memory included.")
            .Sample(GC.GetTotalMemory(forceFullCollection: false));
        writer.Gauge("relay_resident_bytes", "Memory of the process that is resident.").Sample(Environment.WorkingSet);
    }
}
