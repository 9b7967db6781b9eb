using Relay.Testing.Coturn;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>The servers that all tests with coturn's clients share.</summary>
public sealed class CoturnServers : IAsyncLifetime
{
    private PublicTurnRelays? _relays;

    public PublicTurnRelays Relays => _relays ?? throw new InvalidOperationException("They have not started.");

    public async ValueTask InitializeAsync() => _relays = await PublicTurnRelays.StartAsync();

    public ValueTask DisposeAsync() => _relays?.DisposeAsync() ?? ValueTask.CompletedTask;
}
