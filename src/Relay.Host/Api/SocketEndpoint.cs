using System.Net.WebSockets;
using Relay.Host.Configuration;
using Relay.Host.Telemetry;

namespace Relay.Host.Api;

/// <summary>GET /v1/ws?token=...: the session's socket.</summary>
internal sealed class SocketEndpoint(
    SessionDirectory directory,
    SocketRegistry registry,
    PairingLoop loop,
    SessionControl control,
    RelayOptions options,
    HostClock clock,
    ApiCounters counters,
    ILogger<SocketEndpoint> logger)
{
    private readonly SessionDirectory _directory = directory;
    private readonly SocketRegistry _registry = registry;
    private readonly PairingLoop _loop = loop;
    private readonly SessionControl _control = control;
    private readonly RelayOptions _options = options;
    private readonly HostClock _clock = clock;
    private readonly ApiCounters _counters = counters;
    private readonly ILogger<SocketEndpoint> _logger = logger;

    public async Task<IResult> HandleAsync(HttpContext context, string? token)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            return Problem.UpgradeRequired();
        }

        if (_directory.FindByToken(token) is not { } session)
        {
            return Problem.Unauthorized();
        }

        using WebSocket webSocket = await context.WebSockets.AcceptWebSocketAsync();
        using var socket = new RelaySocket(webSocket, _options.Limits.SocketQueueMessages, _clock, _counters);
        _counters.SocketOpened();
        _registry.Add(socket);
        try
        {
            await new SocketDialog(session, socket, _loop, _control, _options, _clock, _counters).RunAsync();
        }
        finally
        {
            _registry.Remove(socket);
            _counters.SocketEnded();
            if (socket.Closing is { } close && !ReferenceEquals(close, SocketClose.Normal))
            {
                _logger.SocketClosedByRelay(close.Status);
            }
        }

        return Results.Empty;
    }
}
