using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Sdp;
using Relay.Core.Sfu;
using Relay.Host.Configuration;
using Relay.Host.Platform;
using Relay.Host.Platform.OpenSsl;
using Relay.Host.Turn;

namespace Relay.Host.Workers;

/// <summary>
/// All workers, seen from the control plane: negotiates offers, hands out legs, sends commands into mailboxes and passes
/// events on.
/// </summary>
internal sealed class MediaPlane : IMediaPlane, IPlainMediaPlane, IDisposable
{
    // A spin waits a millisecond once it has been tried a few times.
    private const int SendSpinsMax = 2000;

    private const int TransmitQueueMin = 4096;

    private readonly MediaOptions _options;
    private readonly OpenSslDtlsAssociationFactory _dtls;
    private readonly TurnServerFactory? _turn;
    private readonly StreamTable[] _streams;
    private readonly Worker[] _workers;
    private readonly IReadOnlyList<TransportAddress>[] _candidates;
    private readonly IReadOnlyList<TransportAddress> _tcpCandidates;
    private readonly LegTable _legs;
    private readonly ConcurrentDictionary<LegId, LegNegotiation> _negotiations = new();
    private readonly ConcurrentDictionary<LegId, IMediaEventSink> _plain = new();
    private readonly SystemRandomSource _random = new();
    private readonly long[] _closed = new long[Enum.GetValues<CloseReason>().Length];
    private long _connected;
    private IMediaEventSink? _sink;

    /// <summary>Opens the sockets and allocates all packet memory; <see cref="Start"/> starts the threads.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="turn">Makes the workers' TURN servers; null for none.</param>
    /// <exception cref="MediaPortException">A worker's port cannot be bound.</exception>
    public MediaPlane(MediaOptions options, TurnServerFactory? turn = null)
    {
        _options = options;
        _turn = turn;
        using DtlsCertificate certificate = DtlsCertificate.CreateEcdsa(TimeProvider.System.GetUtcNow());
        _dtls = new OpenSslDtlsAssociationFactory(
            new DtlsOptions { SrtpProfiles = string.Join(':', options.SrtpProfiles.Select(name => "SRTP_" + name)) }, certificate);
        _legs = new LegTable(options.Workers, options.MaxLegsPerWorker);
        _workers = new Worker[options.Workers];
        _candidates = new IReadOnlyList<TransportAddress>[options.Workers];
        _tcpCandidates = turn?.ResolveTcpCandidates(options) ?? [];
        _streams = new StreamTable[turn is null ? 0 : options.Workers];
        try
        {
            for (int i = 0; i < _workers.Length; i++)
            {
                _workers[i] = CreateWorker(i);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<Worker> Workers => _workers;

    /// <summary>Where TCP and TLS streams go in, by worker; empty without TURN.</summary>
    public IReadOnlyList<StreamTable> Streams => _streams;

    /// <summary>Clients' legs that are open or about to be.</summary>
    public int LegCount => _negotiations.Count;

    /// <summary>Plain legs among those that are open.</summary>
    public int PlainLegCount => _plain.Count;

    /// <summary>Legs ever connected.</summary>
    public long LegsConnected => Volatile.Read(ref _connected);

    /// <summary>What is in use, for the operator who starts the relay, a line each; once it has started.</summary>
    public IReadOnlyList<string> Describe()
    {
        Worker first = _workers[0];
        string coalescing = first.CoalesceMax > TimeSpan.Zero
            ? string.Create(CultureInfo.InvariantCulture, $"coalescing up to {first.CoalesceMax.TotalMicroseconds} us")
            : "no coalescing";
        return
        [
            "Media on UDP, as clients are told: "
                + string.Join(", ", _candidates.SelectMany(worker => worker).Select(candidate => candidate.ToEndPoint())),
            string.Create(CultureInfo.InvariantCulture, $"Workers: {_workers.Length}, ")
                + (first.Offloads.HasFlag(DatagramOffloads.Send) ? "GSO, " : "no GSO, ")
                + (first.Offloads.HasFlag(DatagramOffloads.Receive) ? "GRO, " : "no GRO, ")
                + coalescing,
        ];
    }

    /// <summary>Legs ever ended for the reason.</summary>
    public long LegsClosed(CloseReason reason) => Volatile.Read(ref _closed[(int)reason]);

    public void SetEventSink(IMediaEventSink sink) => _sink = sink;

    /// <summary>Starts the threads.</summary>
    /// <returns>What was asked for and could not be had, in words for the operator.</returns>
    public IReadOnlyList<string> Start() => [.. _workers.SelectMany(worker => worker.Start()), .. BufferProblems()];

    public int ChooseWorker() => _legs.ChooseWorker(_options.LegsPerWorkerTarget);

    public IPEndPoint AnnouncedEndPoint(int worker) => _candidates[worker][0].ToEndPoint();

    public long TurnAllocations => _workers.Sum(worker => worker.TurnCounters?.Allocations ?? 0);

    public void StartDraining(TimeSpan within) =>
        Array.ForEach(_workers, worker => TrySendPatiently(worker.Index, Command.StartDraining(within)));

    public OpenLegResult OpenLeg(int worker, string offer)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(worker, _workers.Length);
        SdpParseResult parsed = SdpOffer.TryParse(offer);
        if (parsed.Offer is null)
        {
            return new OpenLegResult(default, null, ToProblem(parsed.Problem), parsed.Detail);
        }

        if (!_legs.TryTake(worker, out LegId leg))
        {
            return Refuse("The relay has no room for another connection. Try again later.");
        }

        var local = IceCredentials.Generate(leg.Slot, _random, leg.Worker);
        SdpAnswerParameters parameters = CreateAnswerParameters(worker, local);
        SdpAnswerResult answer = SdpAnswer.Create(parsed.Offer, parameters);
        if (answer.Session is null)
        {
            _legs.Release(leg);
            return new OpenLegResult(default, null, ToProblem(answer.Problem), answer.Detail);
        }

        if (!TransportNegotiation.TryCreate(answer.Session, parameters, local, out TransportParameters transport))
        {
            _legs.Release(leg);
            return new OpenLegResult(
                default, null, MediaProblem.BadSdp, "A mid is longer than 32 bytes or the ice-ufrag longer than 256 characters.");
        }

        _negotiations[leg] = new LegNegotiation(answer.Session);
        if (!_workers[worker].TrySend(Command.Open(LegTable.ToTransport(leg), transport)))
        {
            Forget(leg);
            return Refuse("The relay is busy. Try again in a second.");
        }

        return new OpenLegResult(leg, answer.Text, MediaProblem.None, null);
    }

    public RestartIceResult RestartIce(LegId leg, string sdpFragment)
    {
        SdpFragmentResult parsed = SdpFragment.TryParse(sdpFragment);
        if (parsed.Fragment is null)
        {
            return new RestartIceResult(null, ToProblem(parsed.Problem), parsed.Detail);
        }

        if (!_negotiations.TryGetValue(leg, out LegNegotiation? negotiation))
        {
            return new RestartIceResult(null, MediaProblem.NoSuchLeg, null);
        }

        if (!negotiation.IsRestart(parsed.Fragment))
        {
            return new RestartIceResult(null, MediaProblem.NothingToDo, null);
        }

        var local = IceCredentials.Generate(leg.Slot, _random, leg.Worker);
        if (!IceRemoteUfrag.TryCreate(parsed.Fragment.UsernameFragment, out IceRemoteUfrag remote)
            || !_workers[leg.Worker].TrySend(Command.RestartIce(LegTable.ToTransport(leg), local, remote)))
        {
            return new RestartIceResult(null, MediaProblem.Overloaded, "The relay is busy. Try again in a second.");
        }

        // Not if the leg ended meanwhile: it must stay forgotten.
        _negotiations.TryUpdate(
            leg,
            negotiation with { UsernameFragment = parsed.Fragment.UsernameFragment!, Password = parsed.Fragment.Password! },
            negotiation);
        string fragment = SdpFragment.Write(
            negotiation.Session, Encoding.ASCII.GetString(local.Ufrag), Encoding.ASCII.GetString(local.Password), _candidates[leg.Worker], _tcpCandidates);
        return new RestartIceResult(fragment, MediaProblem.None, null);
    }

    public bool TryPair(LegId first, LegId second, bool withVideo)
    {
        if (first.Worker != second.Worker)
        {
            throw new ArgumentException("Both legs of a pair live on one worker.", nameof(second));
        }

        return _workers[first.Worker].TrySend(
            Command.Connect(LegTable.ToTransport(first), LegTable.ToTransport(second), withVideo));
    }

    public bool TryUnpair(LegId leg) => _workers[leg.Worker].TrySend(Command.Disconnect(LegTable.ToTransport(leg)));

    public int WorkerCount => _workers.Length;

    public bool IsOwnAddress(IPEndPoint remote) =>
        _candidates.Any(worker => worker.Contains(TransportAddress.FromEndPoint(remote)))
        || (IPAddress.IsLoopback(remote.Address) && _workers.Any(worker => worker.LocalEndPoint.Port == remote.Port));

    public PlainLegs? OpenPlainLegs(int? worker, TransportParameters[] parameters, IMediaEventSink sink)
    {
        var legs = new LegId[parameters.Length];
        int first = worker ?? ChooseWorker();
        int last = worker ?? first + _workers.Length - 1;
        while (!_legs.TryTakeAll(first % _workers.Length, legs))
        {
            if (first++ == last)
            {
                return null;
            }
        }

        for (int i = 0; i < legs.Length; i++)
        {
            ref TransportParameters leg = ref parameters[i];
            leg.Audio.LocalSsrc = DrawSsrc();
            leg.Video.LocalSsrc = DrawSsrc();
            leg.Video.LocalRtxSsrc = DrawSsrc();
            leg.Cname = new InlineText(Encoding.ASCII.GetBytes(DrawToken()));
            _plain[legs[i]] = sink;
            if (TrySendPatiently(legs[i].Worker, Command.OpenPlain(LegTable.ToTransport(legs[i]), leg)))
            {
                continue;
            }

            // All or nothing: what was opened is closed, what was not goes back.
            for (int j = 0; j < legs.Length; j++)
            {
                if (j < i)
                {
                    CloseLeg(legs[j]);
                }
                else
                {
                    Forget(legs[j]);
                }
            }

            return null;
        }

        return new PlainLegs(legs, parameters);
    }

    public bool TryConsume(LegId consumer, LegId producer, bool withAudio, bool withVideo) =>
        consumer.Worker == producer.Worker && TrySendPatiently(
            consumer.Worker,
            Command.Consume(LegTable.ToTransport(consumer), LegTable.ToTransport(producer), withAudio, withVideo));

    public bool TryStopConsuming(LegId consumer, LegId producer, bool withAudio, bool withVideo) =>
        consumer.Worker == producer.Worker && TrySendPatiently(
            consumer.Worker,
            Command.StopConsuming(LegTable.ToTransport(consumer), LegTable.ToTransport(producer), withAudio, withVideo));

    public void CloseLeg(LegId leg)
    {
        // Nobody asks about the leg any more; the slot comes back with the worker's Closed event. A full mailbox must not
        // leave the leg behind, and it is emptied thousands of times a second.
        _negotiations.TryRemove(leg, out _);
        _plain.TryRemove(leg, out _);
        var wait = default(SpinWait);
        while (_legs.Contains(leg) && !_workers[leg.Worker].TrySend(Command.Close(LegTable.ToTransport(leg), CloseReason.Requested)))
        {
            wait.SpinOnce();
        }
    }

    public void Dispose()
    {
        foreach (Worker? worker in _workers)
        {
            worker?.Dispose();
        }

        _dtls.Dispose();
    }

    private Worker CreateWorker(int index)
    {
        int port = _options.Port == 0 ? 0 : _options.Port + index;
        var pool = new PacketPool(_options.PoolSlotsPerWorker, IsPoolChecked);
        IDatagramSocket socket = MediaPortException.Guard(port, () => DatagramSocketFactory.Open(
            new IPEndPoint(IPAddress.Parse(_options.BindAddress), port),
            pool,
            new DatagramSocketOptions
            {
                ReceiveBufferBytes = _options.ReceiveBufferBytes,
                SendBufferBytes = _options.SendBufferBytes,
                Offloads = Offloads(),
                UsePortable = _options.UsePortableSockets,
            }));
        _candidates[index] = AnnouncedAddresses.Resolve(_options, socket.LocalAddress.Port);
        RelayPorts? ports = _turn?.CreatePorts(pool);
        StreamTable? streams = _turn?.CreateStreams(socket.Wake);
        PeerSockets? peers = _turn?.CreatePeerSockets(streams!, socket.Wake);
        if (streams is not null)
        {
            _streams[index] = streams;
        }

        var handshakes = new HandshakeThread(index, _dtls, _options.MaxLegsPerWorker, socket.Wake);
        var engine = new RelayEngine(
            new EngineOptions
            {
                TransportsMax = _options.MaxLegsPerWorker,
                Ice = new IceOptions { ConnectTimeout = TimeSpan.FromSeconds(_options.ConnectTimeoutSeconds) },
                // Half of it has room for one packet's consumers twice.
                TransmitQueueCapacity = Math.Max(TransmitQueueMin, 4 * _options.ConsumersPerProducerMax),
                Sfu = new SfuOptions
                {
                    ConsumersPerProducerMax = _options.ConsumersPerProducerMax,
                    RetransmissionCacheBytes = _options.RetransmissionCacheBytes,
                },
            },
            pool,
            socket.Slab,
            handshakes,
            _random,
            _turn?.CreateSettings(_candidates[index], ports, peers, index, streams));
        return new Worker(index, socket, pool, engine, handshakes, CreateWorkerOptions(index), HandleEvent, streams, ports, peers);
    }

    private IEnumerable<string> BufferProblems()
    {
        // All sockets are alike.
        int granted = _workers[0].ReceiveBufferBytes;
        if (granted > 0 && granted < _options.ReceiveBufferBytes)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Media:ReceiveBufferBytes: the kernel grants {granted} of {_options.ReceiveBufferBytes} bytes; bursts may be "
                + $"lost. Raise net.core.rmem_max (sysctl), or lower the option.");
        }
    }

    private DatagramOffloads Offloads() =>
        (_options.Gso ? DatagramOffloads.Send : DatagramOffloads.None)
        | (_options.Gro ? DatagramOffloads.Receive : DatagramOffloads.None)
        | (_options.MeasureLatency ? DatagramOffloads.Timestamps : DatagramOffloads.None);

    private WorkerOptions CreateWorkerOptions(int index) => new()
    {
        MailboxCapacity = _options.MailboxCapacity,
        CoalesceMax = TimeSpan.FromMicroseconds(_options.CoalesceMicroseconds),
        Processor = _options.CpuAffinity.Count == 0
            ? null
            : int.Parse(_options.CpuAffinity[index % _options.CpuAffinity.Count], CultureInfo.InvariantCulture),
        RealtimePriority = _options.RealtimePriority,
        MeasuresLatency = _options.MeasureLatency,
    };

#if DEBUG
    private const bool IsPoolChecked = true;
#else
    private const bool IsPoolChecked = false;
#endif

    private SdpAnswerParameters CreateAnswerParameters(int worker, in IceCredentials local) => new()
    {
        UsernameFragment = Encoding.ASCII.GetString(local.Ufrag),
        Password = Encoding.ASCII.GetString(local.Password),
        Candidates = _candidates[worker],
        TcpCandidates = _tcpCandidates,
        Fingerprint = _dtls.LocalFingerprint.Value.ToArray(),
        AudioSsrc = DrawSsrc(),
        VideoSsrc = DrawSsrc(),
        VideoRtxSsrc = DrawSsrc(),
        Cname = DrawToken(),
        StreamId = DrawToken(),
        AudioTrackId = DrawToken(),
        VideoTrackId = DrawToken(),
        SessionId = _random.NextUInt64(),
    };

    // Zero means "none" in many places; two equal ones among three have a chance of one in a billion, and cost one leg.
    private uint DrawSsrc() => Math.Max(1, _random.NextUInt32());

    private string DrawToken() => _random.NextUInt64().ToString("x16", CultureInfo.InvariantCulture);

    private void HandleEvent(int worker, EngineEvent engineEvent)
    {
        var leg = new LegId(worker, engineEvent.Transport.Slot, engineEvent.Transport.Generation);
        if (engineEvent.Kind == EngineEventKind.Connected)
        {
            Interlocked.Increment(ref _connected);
            (_plain.TryGetValue(leg, out IMediaEventSink? plain) ? plain : _sink)?.LegConnected(leg);
            return;
        }

        Interlocked.Increment(ref _closed[(int)engineEvent.Reason]);
        bool isKnown = _negotiations.TryRemove(leg, out _);
        bool isPlain = _plain.TryRemove(leg, out IMediaEventSink? plainSink);
        _legs.Release(leg);
        if (isKnown || isPlain)
        {
            (plainSink ?? _sink)?.LegClosed(leg, engineEvent.Reason);
        }
    }

    // One request may bring more commands than the mailbox holds, which is emptied thousands of times a second.
    private bool TrySendPatiently(int worker, in Command command)
    {
        var wait = default(SpinWait);
        while (!_workers[worker].TrySend(command))
        {
            if (wait.Count > SendSpinsMax)
            {
                return false;
            }

            wait.SpinOnce();
        }

        return true;
    }

    private void Forget(LegId leg)
    {
        _plain.TryRemove(leg, out _);
        _negotiations.TryRemove(leg, out _);
        _legs.Release(leg);
    }

    private static OpenLegResult Refuse(string detail) => new(default, null, MediaProblem.Overloaded, detail);

    private static MediaProblem ToProblem(SdpProblem problem) =>
        problem == SdpProblem.NotSupported ? MediaProblem.NotSupported : MediaProblem.BadSdp;
}
