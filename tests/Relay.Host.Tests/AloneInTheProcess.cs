using Xunit;

namespace Relay.Host.Tests;

/// <summary>Tests that look at what the whole process holds run while no other does.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;
