using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>Kestrel with a gate on one loopback port, HTTP behind it, and workers that echo.</summary>
internal sealed class GateHost : IAsyncDisposable
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly CertificateFiles _files = new();
    private readonly WebApplication _app;
    private int _left;

    private GateHost(StreamGateOptions options, StreamTableOptions tableOptions, int workers, IPAddress address, bool servesHttp)
    {
        WriteCertificate("first.example");
        Certificates = new CertificateReloader(
            _files.CertificatePath, _files.KeyPath, TimeSpan.FromHours(1), TimeProvider.System, NullLogger.Instance);
        Workers = [.. Enumerable.Range(0, workers).Select(_ => new EchoWorker(tableOptions))];
        Gate = new StreamGate(
            options, [.. Workers.Select(worker => worker.Table)], Certificates, new StreamCounters(), new SystemRandomSource());
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "gate" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            kestrel => kestrel.Listen(address, 0, listen => Gate.Guard(CountLeaving(listen), servesHttp)));
        builder.Logging.AddProvider(Log);
        _app = builder.Build();
        _app.Run(context => context.Response.WriteAsync(
            $"{context.Request.Scheme} {context.Connection.RemoteIpAddress} {context.Connection.RemotePort}"));
    }

    /// <summary>What Kestrel complains about.</summary>
    public ComplaintLog Log { get; } = new();

    public StreamGate Gate { get; }

    /// <summary>Connections that the gate has let go, HTTP's too.</summary>
    public int LeftCount => Volatile.Read(ref _left);

    public EchoWorker[] Workers { get; }

    public CertificateReloader Certificates { get; }

    public IPEndPoint EndPoint { get; private set; } = new(0, 0);

    public static async Task<GateHost> StartAsync(
        StreamGateOptions? options = null,
        StreamTableOptions? tableOptions = null,
        int workers = 1,
        IPAddress? address = null,
        bool servesHttp = true)
    {
        address ??= IPAddress.Loopback;
        options ??= new StreamGateOptions();
        var host = new GateHost(options, tableOptions ?? new StreamTableOptions(), workers, address, servesHttp);
        await host._app.StartAsync();
        host.EndPoint = new IPEndPoint(address, new Uri(host._app.Urls.First()).Port);
        return host;
    }

    public void WriteCertificate(string name) => _files.Write(name, DateTimeOffset.UtcNow.AddDays(30));

    public async Task<GateClient> ConnectAsync(byte[]? prefix = null)
    {
        var socket = new Socket(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(EndPoint);
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (prefix is not null)
        {
            await stream.WriteAsync(prefix);
        }

        return new GateClient(stream, (IPEndPoint)socket.LocalEndPoint!, socket);
    }

    public async Task<GateClient> ConnectTlsAsync(byte[]? prefix = null, params SslApplicationProtocol[] protocols)
    {
        GateClient clear = await ConnectAsync(prefix);
        var ssl = new SslStream(clear.Stream, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await ssl.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "relay.example",
            ApplicationProtocols = protocols.Length > 0 ? [.. protocols] : null,
        }).WaitAsync(Long);
        return new GateClient(ssl, clear.Local, clear.Socket);
    }

    /// <summary>Waits until a connection has ended so.</summary>
    public async Task EndsAsync(StreamOutcome outcome, int count = 1)
    {
        // What a test waits for is the client's end of the connection; the counter follows within the same turn.
        for (int i = 0; Gate.Counters[outcome] < count; i++)
        {
            Assert.True(i < 6000, $"{Gate.Counters[outcome]} connections ended as {outcome}");
            await Task.Delay(10);
        }
    }

    public Task StopAsync() => _app.StopAsync();

    private ListenOptions CountLeaving(ListenOptions listen)
    {
        listen.Use(next => async connection =>
        {
            try
            {
                await next(connection);
            }
            finally
            {
                Interlocked.Increment(ref _left);
            }
        });
        return listen;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (EchoWorker worker in Workers)
        {
            worker.Dispose();
        }

        Certificates.Dispose();
        _files.Dispose();
    }
}

/// <summary>One end of a connection to the gate.</summary>
internal sealed class GateClient(Stream stream, IPEndPoint local, Socket socket) : IDisposable
{
    public Stream Stream => stream;

    public IPEndPoint Local => local;

    public Socket Socket => socket;

    public Task SendAsync(params byte[] bytes) => stream.WriteAsync(bytes).AsTask().WaitAsync(GateHost.Long);

    public async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(GateHost.Long);
        return bytes;
    }

    /// <summary>Sends a message and asserts that it comes back.</summary>
    public async Task EchoAsync(byte[] message)
    {
        await SendAsync(message);
        Assert.Equal(message, await ReadAsync(message.Length));
    }

    /// <summary>True once the other side has closed or reset the connection.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            return await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(GateHost.Long) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public async Task<string> GetAsync()
    {
        await SendAsync("GET / HTTP/1.1\r\nHost: relay.example\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream, leaveOpen: true);
        return await reader.ReadToEndAsync().WaitAsync(GateHost.Long);
    }

    public void Dispose() => stream.Dispose();
}

/// <summary>A worker's thread that sends back what it receives; an Allocate comes back as its success.</summary>
internal sealed class EchoWorker : IDisposable
{
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly ConcurrentQueue<Action<StreamTable>> _tasks = new();
    private readonly BlockingCollection<(StreamMessageKind Kind, TransportAddress Stream, TransportAddress Remote)> _seen = [];
    private readonly Thread _thread;
    private volatile bool _isStopping;

    public EchoWorker(StreamTableOptions options)
    {
        Table = new StreamTable(options, () => _wake.Set());
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public StreamTable Table { get; }

    /// <summary>The next message that the worker has taken.</summary>
    public async Task<(StreamMessageKind Kind, TransportAddress Stream, TransportAddress Remote)> NextAsync() =>
        await Task.Run(() => _seen.TryTake(out var seen, GateHost.Long) ? seen : throw new TimeoutException());

    /// <summary>Runs on the worker's thread.</summary>
    public Task<T> DoAsync<T>(Func<StreamTable, T> what)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _tasks.Enqueue(table => done.SetResult(what(table)));
        _wake.Set();
        return done.Task.WaitAsync(GateHost.Long);
    }

    public void Dispose()
    {
        _isStopping = true;
        _wake.Set();
        _thread.Join();
        _seen.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        while (!_isStopping)
        {
            while (Table.TryReceive(out StreamMessage message))
            {
                _seen.Add((message.Kind, message.Stream, message.Remote));
                if (message.Kind == StreamMessageKind.Data)
                {
                    if (message.Data[0] == 0 && message.Data[1] == 3)
                    {
                        message.Data[0] = 1;
                    }

                    Table.TrySend(message.Stream, message.Data);
                }
            }

            while (_tasks.TryDequeue(out Action<StreamTable>? task))
            {
                task(Table);
            }

            _wake.WaitOne();
        }
    }
}
