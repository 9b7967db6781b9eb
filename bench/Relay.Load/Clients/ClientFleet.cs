using System.Collections.Concurrent;
using System.Diagnostics;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Relay.Load.CommandLine;
using Relay.Load.Traffic;
using Relay.Testing.Api;

namespace Relay.Load.Clients;

/// <summary>
/// Many full clients on one UDP socket and one thread, the caller's. Their requests to the API run beside it.
/// </summary>
internal sealed class ClientFleet : IAsyncDisposable
{
    // Clients that connect at once: enough to keep the relay busy, few enough for all to be in time.
    private const int ArrivingMax = 16;

    private static readonly TimeSpan TimerInterval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(20);

    private readonly RelayApiClient _api;
    private readonly LoadSocket _socket = new();
    private readonly FullClient[] _clients;
    private readonly List<FullClient> _started = [];
    private Instant _nextTimers;

    /// <param name="api">Where the relay's API is.</param>
    /// <param name="count">Clients, an even number.</param>
    public ClientFleet(Uri api, int count)
    {
        _api = new RelayApiClient(api);
        _clients = [.. Enumerable.Range(0, count).Select(i => new FullClient(this, i))];
        Run = new TrafficRun(_socket, [.. _clients.Select(c => c.Leg)])
        {
            HandleOther = (leg, datagram) => _clients[leg.Index].HandleDatagram(datagram, MonotonicClock.Now),
            HandleTurn = HandleTimers,
        };
    }

    public int Port => _socket.Port;

    public TrafficRun Run { get; }

    public IReadOnlyList<FullClient> Clients => _clients;

    /// <summary>Sends one datagram of a client.</summary>
    public unsafe void Send(LoadLeg leg, ReadOnlySpan<byte> datagram)
    {
        if (!datagram.IsEmpty)
        {
            fixed (byte* data = datagram)
            {
                _socket.Load(0, data, datagram.Length, 0, leg.LocalAddress, leg.ServerAddress, leg.ServerPort);
                _ = _socket.Send(1);
            }
        }
    }

    /// <summary>Connects all clients and pairs them, the first with the second and so on.</summary>
    /// <exception cref="UsageException">The relay refused one, or one did not connect in time.</exception>
    public void ConnectAll(Action<string> progress)
    {
        var arrived = new ConcurrentQueue<FullClient>();
        using var places = new SemaphoreSlim(ArrivingMax);
        Task arriving = Task.Run(() => ArriveAsync(arrived, places));
        long lastConnected = Stopwatch.GetTimestamp();
        var connecting = new List<FullClient>();
        for (int connected = 0; connected < _clients.Length;)
        {
            while (arrived.TryDequeue(out FullClient? client))
            {
                client.Start(MonotonicClock.Now);
                _started.Add(client);
                connecting.Add(client);
            }

            Poll();
            int before = connected;
            connected += connecting.RemoveAll(c => c.IsConnected);
            if (connected > before)
            {
                lastConnected = Stopwatch.GetTimestamp();
                places.Release(connected - before);
                ReportEvery(progress, before, connected);
            }

            if (arriving.IsFaulted || connecting.Exists(c => c.HasFailed) || Stopwatch.GetElapsedTime(lastConnected) > ConnectMax)
            {
                throw new UsageException($"{connected} of {_clients.Length} clients connected; then: {arriving.Exception?.InnerException?.Message ?? "silence"}");
            }
        }

        Wait(PairAllAsync());
    }

    /// <summary>Keeps the clients alive while something else happens.</summary>
    public void Wait(Task task)
    {
        while (!task.IsCompleted)
        {
            Poll();
        }

        task.GetAwaiter().GetResult();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (FullClient client in _clients)
        {
            await client.DisposeAsync();
        }

        _socket.Dispose();
        _api.Dispose();
    }

    private static void ReportEvery(Action<string> progress, int before, int connected)
    {
        const int Step = 500;
        if (connected / Step > before / Step)
        {
            progress($"{connected} clients connected");
        }
    }

    private void Poll()
    {
        if (!Run.Receive())
        {
            Thread.Sleep(1);
        }

        HandleTimers();
    }

    private void HandleTimers()
    {
        Instant now = MonotonicClock.Now;
        if (now < _nextTimers)
        {
            return;
        }

        _nextTimers = now + TimerInterval;
        foreach (FullClient client in _started)
        {
            client.HandleTimeout(now);
        }
    }

    private async Task ArriveAsync(ConcurrentQueue<FullClient> arrived, SemaphoreSlim places)
    {
        foreach (FullClient client in _clients)
        {
            await places.WaitAsync();
            await client.ArriveAsync(_api);
            arrived.Enqueue(client);
        }
    }

    // One pair at a time: whoever waits is paired with the next who comes.
    private async Task PairAllAsync()
    {
        for (int i = 0; i < _clients.Length; i += 2)
        {
            FullClient[] pair = [_clients[i], _clients[i + 1]];
            foreach (FullClient client in pair)
            {
                // The client may be through before the relay is.
                await client.Socket.WaitForAsync("media");
                await client.Socket.SendAsync("enqueue", new { mode = "video" });
            }

            foreach (FullClient client in pair)
            {
                await client.Socket.WaitForAsync("paired");
            }

            (pair[0].Leg.Source, pair[1].Leg.Source) = (pair[1].Leg, pair[0].Leg);
        }
    }
}
