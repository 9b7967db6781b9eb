using System.Collections.Concurrent;

namespace Relay.Host.Telemetry;

/// <summary>What the API counts, from any thread. Codes are ours, so the tables stay small.</summary>
internal sealed class ApiCounters
{
    private readonly ConcurrentDictionary<int, long> _socketsClosed = new();
    private readonly ConcurrentDictionary<string, long> _messagesRejected = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _rateLimited = new(StringComparer.Ordinal);
    private long _messagesReceived;
    private long _messagesSent;
    private long _socketsOpened;
    private long _socketsLost;
    private int _sockets;

    public int Sockets => Volatile.Read(ref _sockets);

    public void SocketOpened()
    {
        Interlocked.Increment(ref _sockets);
        Interlocked.Increment(ref _socketsOpened);
    }

    public void SocketEnded() => Interlocked.Decrement(ref _sockets);

    public void SocketLost() => Interlocked.Increment(ref _socketsLost);

    /// <summary>The relay closed a socket with that status.</summary>
    public void SocketClosed(int status) => _socketsClosed.AddOrUpdate(status, 1, static (_, n) => n + 1);

    public void MessageReceived() => Interlocked.Increment(ref _messagesReceived);

    public void MessageSent() => Interlocked.Increment(ref _messagesSent);

    /// <summary>A message had no effect; the code is the error's.</summary>
    public void MessageRejected(string code) => _messagesRejected.AddOrUpdate(code, 1, static (_, n) => n + 1);

    /// <summary>Something came too often: "session", "media" or "message".</summary>
    public void RateLimited(string what) => _rateLimited.AddOrUpdate(what, 1, static (_, n) => n + 1);

    public void WriteTo(PrometheusWriter writer)
    {
        writer.Gauge("relay_sockets", "WebSockets open.").Sample(Sockets);
        writer.Counter("relay_sockets_opened_total", "WebSockets ever opened.").Sample(Interlocked.Read(ref _socketsOpened));
        writer.Counter(
            "relay_sockets_lost_total",
            "WebSockets that ended without a close frame.").Sample(Interlocked.Read(ref _socketsLost));
        writer.Counter(
            "relay_messages_received_total", "WebSocket messages received.").Sample(Interlocked.Read(ref _messagesReceived));
        writer.Counter("relay_messages_sent_total", "WebSocket messages sent.").Sample(Interlocked.Read(ref _messagesSent));
        writer.Counter("relay_sockets_closed_total", "WebSockets that the relay closed, by close code.");
        foreach ((int status, long count) in _socketsClosed.OrderBy(pair => pair.Key))
        {
            writer.Sample("code", status.ToString(System.Globalization.CultureInfo.InvariantCulture), count);
        }

        writer.Counter("relay_messages_rejected_total", "WebSocket messages without effect, by error code.");
        Write(writer, "code", _messagesRejected);
        writer.Counter("relay_rate_limited_total", "Requests and messages that came too often.");
        Write(writer, "what", _rateLimited);
    }

    private static void Write(PrometheusWriter writer, string label, ConcurrentDictionary<string, long> counts)
    {
        foreach ((string name, long count) in counts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.Sample(label, name, count);
        }
    }
}
