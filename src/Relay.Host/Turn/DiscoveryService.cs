using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Relay.Host.Configuration;
using Relay.Host.Platform;

namespace Relay.Host.Turn;

/// <summary>
/// The four UDP sockets of NAT behaviour discovery (Turn:Discovery). Away from the packet threads: a client asks a few times
/// and never again.
/// </summary>
internal sealed class DiscoveryService : BackgroundService
{
    private const int PrefixesRemembered = 4096;

    // What waits here during a flood is of no use to anybody.
    private const int ReceiveBufferBytes = 65_536;

    private static readonly TimeSpan AfterError = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Socket[] _sockets;

    private DiscoveryService(Socket[] sockets, BehaviorDiscovery discovery)
    {
        _sockets = sockets;
        Discovery = discovery;
    }

    /// <summary>What the metrics read.</summary>
    public BehaviorDiscovery Discovery { get; }

    /// <summary>Opens the sockets.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="random">Fit for keys.</param>
    /// <param name="problem">Why it cannot.</param>
    /// <returns>Null if it is off, or with a problem.</returns>
    public static DiscoveryService? TryOpen(TurnServiceOptions options, RandomSource random, out OptionProblem? problem)
    {
        problem = null;
        if (!options.Enabled || ToldAddresses(options) is not [TransportAddress primary, TransportAddress alternate])
        {
            return null;
        }

        TransportAddress[] local = [.. options.Discovery.Select(Parse)];
        var sockets = new List<Socket>();
        foreach (TransportAddress address in BehaviorDiscovery.Combine(local[0], local[1]))
        {
            IPEndPoint endpoint = address.ToEndPoint();
            var socket = new Socket(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            sockets.Add(socket);
            try
            {
                socket.ReceiveBufferSize = ReceiveBufferBytes;
                socket.Bind(endpoint);
            }
            catch (SocketException e)
            {
                sockets.ForEach(opened => opened.Dispose());
                problem = ToProblem(endpoint, e);
                return null;
            }
        }

        var budget = new PrefixBudget(
            PrefixesRemembered, options.AnswersPerPrefixPerSecond, options.AnswersPerPrefixBurst, random);
        return new DiscoveryService([.. sockets], new BehaviorDiscovery(primary, alternate, budget));
    }

    /// <summary>The primary and the alternate address, as clients are told; none if discovery is off.</summary>
    /// <param name="options">Checked options.</param>
    public static TransportAddress[] ToldAddresses(TurnServiceOptions options)
    {
        TransportAddress[] told = [.. options.Discovery.Select(Parse)];
        for (int i = 0; i < options.DiscoveryAnnounced.Count; i++)
        {
            told[i] = TransportAddress.FromEndPoint(new IPEndPoint(IPAddress.Parse(options.DiscoveryAnnounced[i]), told[i].Port));
        }

        return told;
    }

    public override void Dispose()
    {
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }

        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, _sockets.Length).Select(index => ServeAsync(index, stoppingToken)));

    private async Task ServeAsync(int index, CancellationToken stop)
    {
        Socket socket = _sockets[index];
        bool isIPv4 = socket.AddressFamily == AddressFamily.InterNetwork;
        // One byte more than a message may have, so that a longer one is not taken for one.
        byte[] question = new byte[StunMessageReader.MaxMessageBytes + 1];
        byte[] buffer = new byte[StunMessageReader.MaxMessageBytes];
        var remote = new SocketAddress(socket.AddressFamily);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                int length = await socket.ReceiveFromAsync(question, SocketFlags.None, remote, stop);
                TransportAddress source = SocketAddressLayout.Read(remote.Buffer.Span, isIPv4);
                if (TryAnswer(question.AsSpan(0, length), index, source, buffer, out DiscoveryAnswer answer))
                {
                    SocketAddressLayout.TryWrite(source with { Port = answer.Port }, remote.Buffer.Span, isIPv4);
                    await SendAsync(_sockets[answer.Socket], buffer.AsMemory(0, answer.Length), remote, stop);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // Not again at once, should the error stay.
                await Task.Delay(AfterError, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async ValueTask SendAsync(
        Socket socket, ReadOnlyMemory<byte> answer, SocketAddress remote, CancellationToken stop)
    {
        try
        {
            await socket.SendToAsync(answer, SocketFlags.None, remote, stop);
        }
        catch (SocketException)
        {
            // The source cannot be reached, if it was there at all. The socket goes on.
        }
    }

    private bool TryAnswer(
        ReadOnlySpan<byte> question, int socket, in TransportAddress source, Span<byte> buffer, out DiscoveryAnswer answer)
    {
        lock (_gate)
        {
            return Discovery.Handle(question, socket, source, buffer, out answer, MonotonicClock.Now) == DropReason.None;
        }
    }

    private static TransportAddress Parse(string text) => TransportAddress.FromEndPoint(IPEndPoint.Parse(text));

    private static OptionProblem ToProblem(IPEndPoint endpoint, SocketException e) => OptionProblem.OfValue(
        "Turn:Discovery",
        endpoint.ToString(),
        e.SocketErrorCode switch
        {
            SocketError.AddressNotAvailable => "this machine has no such address",
            SocketError.AddressAlreadyInUse => "the UDP port is in use, by another program or by Media:Port",
            _ => "cannot listen there: " + e.Message.ReplaceLineEndings(" "),
        },
        string.Create(CultureInfo.InvariantCulture, $"192.0.2.10:{endpoint.Port},192.0.2.11:3479"));
}
