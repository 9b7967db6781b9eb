using Xunit;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>
/// Tests with a relay process, real sockets and media by the clock: one at a time and beside nothing else, so that the
/// machine is theirs.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EndToEndCollection
{
    public const string Name = "End to end";
}
