using System.Collections.Concurrent;
using Relay.Host.Configuration;

namespace Relay.Host.Api;

/// <summary>The sockets that are open: pings them once a second where due, and closes them all at the end.</summary>
internal sealed class SocketRegistry(RelayOptions options, HostClock clock, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _pingEvery = TimeSpan.FromSeconds(options.Limits.PingSeconds);
    private readonly TimeSpan _pongTimeout = TimeSpan.FromSeconds(options.Limits.PongTimeoutSeconds);
    private readonly HostClock _clock = clock;
    private readonly IHostApplicationLifetime _lifetime = lifetime;
    private readonly ConcurrentDictionary<RelaySocket, bool> _sockets = new();

    public int Count => _sockets.Count;

    public void Add(RelaySocket socket) => _sockets[socket] = true;

    public void Remove(RelaySocket socket) => _sockets.TryRemove(socket, out _);

    public void SendAll(byte[] message)
    {
        foreach (RelaySocket socket in _sockets.Keys)
        {
            socket.Send(message);
        }
    }

    public void CloseAll(SocketClose close)
    {
        foreach (RelaySocket socket in _sockets.Keys)
        {
            socket.Close(close);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The web server stops before this service does, and waits for its connections: they end first.
        using CancellationTokenRegistration stopping = _lifetime.ApplicationStopping.Register(
            () => CloseAll(SocketClose.GoingAway));
        using var timer = new PeriodicTimer(TickEvery, _clock.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (RelaySocket socket in _sockets.Keys)
                {
                    socket.Tick(_pingEvery, _pongTimeout, _clock.Now);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }
}
