using System.Net;
using System.Net.Sockets;
using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Engine;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Stun;
using Relay.Host.Platform;
using Relay.Host.Platform.OpenSsl;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Workers;

public sealed class WorkerTests : IDisposable
{
    private readonly PacketPool _pool = new(1024, isChecked: true);
    private readonly DtlsCertificate _certificate = DtlsCertificate.CreateEcdsa(DateTimeOffset.UtcNow);
    private readonly OpenSslDtlsAssociationFactory _dtls;
    private readonly List<(int Worker, EngineEvent Event)> _events = [];

    public WorkerTests() => _dtls = new OpenSslDtlsAssociationFactory(new DtlsOptions(), _certificate);

    [Fact]
    public void A_full_mailbox_says_so()
    {
        using Worker worker = Create(OpenSocket(), mailboxCapacity: 4);
        Assert.All(Enumerable.Range(0, 4), _ => Assert.True(worker.TrySend(Command.Disconnect(default))));
        Assert.False(worker.TrySend(Command.Disconnect(default)));
    }

    [Fact]
    public void Commands_are_carried_out_and_events_come_back()
    {
        using (Worker worker = Create(OpenSocket()))
        {
            worker.Start();
            var id = new TransportId(3, 7);
            Assert.True(worker.TrySend(Command.Open(id, Parameters())));
            Until(() => worker.TransportCount == 1);
            Assert.True(worker.TrySend(Command.Close(id, CloseReason.Requested)));
            Until(() => worker.TransportCount == 0);
            Until(() => Events.Count == 1);
            (int index, EngineEvent told) = Events[0];
            Assert.Equal((5, EngineEventKind.Closed, id, CloseReason.Requested), (index, told.Kind, told.Transport, told.Reason));
        }

        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void Datagrams_reach_the_engine_and_are_counted()
    {
        using Worker worker = Create(OpenSocket());
        worker.Start();
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < 100; i++)
        {
            sender.SendTo([0x80, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], worker.LocalEndPoint);
        }

        Until(() => worker.Counters.Received == 100);
        Until(() => worker.Counters.Dropped(DropReason.UnknownFlow) == 100);
        Assert.Equal(100, worker.SocketCounters.Received);
    }

    [Fact]
    public void Disposing_ends_the_transports_and_gives_all_packet_slots_back()
    {
        Worker worker = Create(OpenSocket());
        worker.Start();
        Assert.True(worker.TrySend(Command.Open(new TransportId(0, 1), Parameters())));
        Until(() => worker.TransportCount == 1);
        worker.Dispose();
        Assert.Equal(0, worker.TransportCount);
        Assert.Equal(0, _pool.InUse);
        Assert.Equal(CloseReason.Draining, Assert.Single(Events).Event.Reason);
    }

    [Fact]
    public void A_worker_that_was_never_started_can_be_disposed()
    {
        Create(OpenSocket()).Dispose();
        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void It_does_not_sleep_while_commands_wait()
    {
        var socket = new QuietSocket();
        using Worker worker = Create(socket, mailboxCapacity: 1024);
        for (int i = 0; i < 300; i++)
        {
            Assert.True(worker.TrySend(Command.Disconnect(default)));
        }

        Assert.True(worker.TrySend(Command.Open(new TransportId(0, 1), Parameters())));
        socket.Waiting = () => worker.TransportCount;
        worker.Start();
        Until(() => socket.AtFirstWait >= 0);
        Assert.Equal(1, socket.AtFirstWait);
    }

    [Fact]
    public void Trains_reach_the_engine_datagram_by_datagram_while_it_is_busy()
    {
        using Worker worker = Create(OpenSocket(), options: new WorkerOptions { CoalesceMax = TimeSpan.FromMicroseconds(100) });
        Assert.Empty(worker.Start());
        Assert.Equal(TimeSpan.FromMicroseconds(100), worker.CoalesceMax);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.SetRawSocketOption(ControlMessages.UdpLevel, ControlMessages.UdpSegment, BitConverter.GetBytes(12));
        byte[] train = [.. Enumerable.Repeat((byte[])[0x80, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 10).SelectMany(packet => packet)];
        for (long sent = 0; worker.CoalescePauses == 0; sent += 10)
        {
            Assert.True(sent < 10_000_000, "It never paused.");
            sender.SendTo(train, worker.LocalEndPoint);
            // Not more than its buffer holds.
            Until(() => worker.Counters.Received > sent - 1000);
        }

        Until(() => worker.Counters.Received == worker.SocketCounters.Received);
        Assert.True(worker.SocketCounters.Received >= 10 * worker.SocketCounters.ReceivedMessages);
        Assert.Equal(worker.Counters.Received, worker.Counters.Dropped(DropReason.UnknownFlow));
        Assert.Equal(DatagramOffloads.Send | DatagramOffloads.Receive, worker.Offloads);
    }

    [Fact]
    public void How_old_answers_are_is_measured_if_asked_for()
    {
        IDatagramSocket socket = OpenSocket(DatagramOffloads.Timestamps);
        using Worker worker = Create(socket, options: new WorkerOptions { MeasuresLatency = true });
        worker.Start();
        TransportParameters parameters = Parameters();
        Assert.True(worker.TrySend(Command.Open(new TransportId(0, 1), parameters)));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 20_000 };
        LatencyHistogram latency = worker.Latency!;
        Assert.Equal(0, Total(latency));
        Until(() => worker.TransportCount == 1);
        sender.SendTo(Request(parameters.LocalIce), worker.LocalEndPoint);
        Assert.NotEqual(0, sender.Receive(new byte[500]));
        Assert.Equal(1, Total(latency));
        Assert.InRange(latency.SumNanoseconds, 1, 20_000_000_000);
    }

    [Fact]
    public void What_a_thread_may_not_have_is_told()
    {
        using Worker worker = Create(OpenSocket(), options: new WorkerOptions { Processor = PacketThread.ProcessorsMax - 1, RealtimePriority = 100 });
        IReadOnlyList<string> problems = worker.Start();
        Assert.Equal(2, problems.Count);
        Assert.Contains("Media:CpuAffinity: worker 5 may not run on processor 1023", problems[0], StringComparison.Ordinal);
        Assert.Contains("Media:RealtimePriority: worker 5", problems[1], StringComparison.Ordinal);
        Assert.Null(worker.Latency);
        Assert.Equal(TimeSpan.Zero, worker.CoalesceMax);
    }

    public void Dispose()
    {
        _dtls.Dispose();
        _certificate.Dispose();
    }

    private IReadOnlyList<(int Worker, EngineEvent Event)> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    private IDatagramSocket OpenSocket(DatagramOffloads offloads = DatagramOffloads.Send | DatagramOffloads.Receive) =>
        DatagramSocketFactory.Open(new IPEndPoint(IPAddress.Loopback, 0), _pool, new DatagramSocketOptions { Offloads = offloads });

    private Worker Create(IDatagramSocket socket, int mailboxCapacity = 64, WorkerOptions? options = null)
    {
        var handshakes = new HandshakeThread(5, _dtls, 8, socket.Wake);
        var engine = new RelayEngine(new EngineOptions { TransportsMax = 8 }, _pool, socket.Slab, handshakes, new SystemRandomSource());
        return new Worker(5, socket, _pool, engine, handshakes, (options ?? new WorkerOptions()) with { MailboxCapacity = mailboxCapacity }, (worker, told) =>
        {
            lock (_events)
            {
                _events.Add((worker, told));
            }
        });
    }

    private static byte[] Request(in IceCredentials local)
    {
        byte[] request = new byte[200];
        var writer = new StunMessageWriter(request);
        writer.WriteHeader(StunClass.Request, StunMethod.Binding, new byte[StunMessageReader.TransactionIdBytes]);
        writer.AddUsername([.. local.Ufrag, .. ":abcd"u8]);
        writer.AddPriority(1);
        writer.AddIceControlling(1);
        writer.AddUseCandidate();
        writer.AddMessageIntegrity(local.Password);
        writer.AddFingerprint();
        return request[..writer.Length];
    }

    private static long Total(LatencyHistogram latency) => Enumerable.Range(0, latency.BucketCount).Sum(latency.Count);

    private static TransportParameters Parameters()
    {
        Assert.True(IceRemoteUfrag.TryCreate("abcd", out IceRemoteUfrag remote));
        return new TransportParameters
        {
            LocalIce = IceCredentials.Generate(0, new SystemRandomSource()),
            RemoteUfrag = remote,
            RemoteFingerprint = new DtlsFingerprint(DtlsFingerprintAlgorithm.Sha256, new byte[32]),
        };
    }

    private static void Until(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(20)), "It did not happen.");

    /// <summary>A socket without a network, which remembers how things stood when the worker first slept.</summary>
    private sealed class QuietSocket : IDatagramSocket
    {
        private readonly SemaphoreSlim _wake = new(0);
        private int _atFirstWait = -1;

        public Func<int> Waiting { get; set; } = () => 0;

        public int AtFirstWait => Volatile.Read(ref _atFirstWait);

        public TransportAddress LocalAddress => default;

        public DatagramCounters Counters => default;

        public long MessagesReceived => 0;

        public DatagramOffloads Offloads => DatagramOffloads.None;

        public int ReceiveBufferBytes => 0;

        public ReceiveSlab Slab { get; } = new(1, 1);

        public int Receive(Span<Received> batch) => 0;

        public int Send(ReadOnlySpan<Transmit> batch) => batch.Length;

        public void Wait(TimeSpan timeout)
        {
            Interlocked.CompareExchange(ref _atFirstWait, Waiting(), -1);
            _wake.Wait(timeout);
        }

        public void WaitAlsoFor(int descriptor)
        {
        }

        public void Wake() => _wake.Release();

        public void Dispose() => _wake.Dispose();
    }
}
