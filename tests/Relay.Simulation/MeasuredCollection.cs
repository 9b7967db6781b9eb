using Xunit;

namespace Relay.Simulation;

/// <summary>
/// Tests that count allocated bytes run alone: a collection that another thread's garbage sets off retires this thread's
/// allocation context, and what was left of it would be counted as allocated.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredCollection
{
    public const string Name = "measured";
}
