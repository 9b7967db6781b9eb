using System.Net;
using System.Security.Cryptography;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Relay.Core.Srtp;
using Relay.Host.Platform;
using Relay.Host.Platform.OpenSsl;
using Relay.Testing.Api;
using Relay.Testing.Sdp;

namespace Relay.Testing.Peers;

/// <summary>
/// A WebRTC client without a browser: offers, connects by ICE and DTLS, sends synthetic VP8 and Opus, and keeps account of
/// every packet it gets. One background thread each; all members are safe from any thread.
/// </summary>
public sealed class TestPeer : IDisposable, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly PeerSocket _socket;
    private readonly IceClient _ice;
    private readonly Thread _thread;
    private readonly List<Captured> _captured = [];
    private readonly List<byte[]> _capturedSent = [];
    private readonly PeerWaiters _waiters = new();
    private readonly MediaSchedule _schedule;
    private OpenSslDtlsAssociationFactory? _dtlsFactory;
    private IDtlsAssociation? _dtls;
    private SrtpInbound? _inbound;
    private SrtpOutbound? _outbound;
    private PeerSender? _sender;
    private PeerReceiver? _receiver;
    private bool _isStopping;

    public TestPeer(TestPeerOptions? options = null)
    {
        Options = options ?? new TestPeerOptions();
        Identity = new PeerIdentity(Options.UsesRandomMids);
        _socket = new PeerSocket(Options);
        _ice = new IceClient(Options.ConsentInterval, Options.Seed);
        _schedule = new MediaSchedule(Options);
        _thread = new Thread(Run) { IsBackground = true, Name = "Test peer" };
    }

    public TestPeerOptions Options { get; }

    public PeerIdentity Identity { get; }

    /// <summary>Where the peer sends from.</summary>
    public IPEndPoint LocalEndPoint => _socket.LocalEndPoint;

    /// <summary>The relay's answer; null before <see cref="ApplyAnswer"/>.</summary>
    public PeerAnswer? Answer { get; private set; }

    /// <summary>ICE and DTLS are done.</summary>
    public bool IsConnected => Locked(() => _sender is not null);

    /// <summary>A check was answered under the present credentials.</summary>
    public bool IsIceConnected => Locked(() => _ice.IsConnected);

    /// <summary>Consent checks answered so far.</summary>
    public int IceAnswers => Locked(() => _ice.Answers);

    /// <summary>The relay's last STUN error, 0 for none.</summary>
    public int IceErrorCode => Locked(() => _ice.LastErrorCode);

    public DtlsState DtlsState => Locked(() => _dtls?.State ?? DtlsState.Connecting);

    /// <summary>What DTLS negotiated; None before.</summary>
    public SrtpProfile SrtpProfile => Locked(() => (SrtpProfile)(_dtls?.SrtpProfile ?? 0));

    /// <summary>What arrives on the answer's audio SSRC; null before the connection.</summary>
    public ReceivedStream? Audio => Locked(() => _receiver?.Audio);

    /// <summary>What arrives on the answer's video SSRC, RTX included; null before the connection or without video.</summary>
    public ReceivedStream? Video => Locked(() => _receiver?.Video);

    /// <summary>All received streams, also such as the answer does not name.</summary>
    public IReadOnlyList<ReceivedStream> Streams => Locked<IReadOnlyList<ReceivedStream>>(() => [.. _receiver?.Streams ?? []]);

    public PeerCounters Counters => Locked(CountersNow);

    /// <summary>With <see cref="TestPeerOptions.CapturesReceived"/>: the answer, every datagram, every decrypted packet.</summary>
    public IReadOnlyList<Captured> Captured => Locked<IReadOnlyList<Captured>>(() => [.. _captured]);

    /// <summary>With <see cref="TestPeerOptions.CapturesSent"/>: every datagram sent, as sealed.</summary>
    public IReadOnlyList<byte[]> CapturedSent => Locked<IReadOnlyList<byte[]>>(() => [.. _capturedSent]);

    /// <summary>What must not reach anybody else.</summary>
    public IReadOnlyList<PrivateTrace> PrivateTraces => PrivateTrace.Of(Identity, LocalEndPoint);

    /// <summary>Pauses or resumes the media sent by the clock.</summary>
    public bool IsSendingMedia
    {
        get => Locked(() => _schedule.IsRunning);
        set => Locked(() => _schedule.IsRunning = value);
    }

    /// <summary>False stops the consent checks, so that the relay's consent runs out.</summary>
    public bool SendsConsentChecks
    {
        get => Locked(() => _ice.SendsChecks);
        set => Locked(() => _ice.SendsChecks = value);
    }

    /// <summary>False throws away all that arrives, as a network that went down.</summary>
    public bool IsReceiving
    {
        get => _socket.IsReceiving;
        set => _socket.IsReceiving = value;
    }

    /// <summary>Posts an offer, takes the answer, waits for the connection.</summary>
    public static async Task<TestPeer> ConnectAsync(RelaySession session, TestPeerOptions? options = null)
    {
        var peer = new TestPeer(options);
        try
        {
            await peer.ConnectToAsync(session);
            return peer;
        }
        catch
        {
            peer.Dispose();
            throw;
        }
    }

    /// <summary>Posts an offer, takes the answer, waits for the connection.</summary>
    public async Task ConnectToAsync(RelaySession session, TimeSpan? timeout = null)
    {
        ApplyAnswer((await session.PostMediaAsync(CreateOffer())).EnsureSuccess().Text);
        await WaitConnectedAsync(timeout);
    }

    public string CreateOffer() => PeerOffer.Build(Identity, LocalEndPoint, Options.WithVideo);

    /// <summary>Starts connecting to the answer's first candidate.</summary>
    public void ApplyAnswer(string answer)
    {
        lock (_gate)
        {
            Answer = PeerAnswer.Parse(answer);
            Capture(CapturedKind.Sdp, System.Text.Encoding.UTF8.GetBytes(answer));
            IPEndPoint candidate = Answer.Candidates[0];
            _socket.Remote = Options.Route?.Invoke(candidate) ?? candidate;
            var dtlsOptions = new DtlsOptions { SrtpProfiles = string.Join(':', Options.SrtpProfiles.Select(OpenSslName)) };
            _dtlsFactory = new OpenSslDtlsAssociationFactory(DtlsRole.Client, dtlsOptions, Identity.Certificate);
            _dtls = _dtlsFactory.Create(Answer.Fingerprint, 0);
            _ice.Start(Identity, Answer.Ufrag, Answer.Password, MonotonicClock.Now);
        }

        _thread.Start();
    }

    /// <summary>New credentials for both sides over the same DTLS association; waits until they work.</summary>
    public async Task RestartIceAsync(RelaySession session, string? ifMatch = null)
    {
        Identity.RenewIceCredentials();
        ApiResponse response = await session.PatchMediaAsync(PeerOffer.BuildFragment(Identity, LocalEndPoint), ifMatch);
        var fragment = PeerAnswer.Parse(response.EnsureSuccess().Text);
        lock (_gate)
        {
            Capture(CapturedKind.Sdp, response.Body);
            _ice.Start(Identity, fragment.Ufrag, fragment.Password, MonotonicClock.Now);
        }

        await WaitUntilAsync(() => IsIceConnected, "the ICE restart");
    }

    /// <summary>Goes on from a new port, as behind a NAT that lost its binding; checks from there at once.</summary>
    public void Rebind()
    {
        lock (_gate)
        {
            _socket.Rebind();
            _ice.CheckNow(MonotonicClock.Now);
        }
    }

    /// <exception cref="TimeoutException">It is not connected in time; the message says how far it got.</exception>
    public Task WaitConnectedAsync(TimeSpan? timeout = null) => WaitUntilAsync(() => _sender is not null, "the connection", timeout);

    /// <summary>Waits until a condition holds; it is looked at after everything that the peer receives, and every 10 ms.</summary>
    /// <param name="what">For the message of the failure.</param>
    /// <exception cref="TimeoutException">It does not hold in time.</exception>
    public async Task WaitUntilAsync(Func<bool> condition, string what, TimeSpan? timeout = null)
    {
        TaskCompletionSource done = Locked(() => _waiters.Add(condition));
        try
        {
            await done.Task.WaitAsync(timeout ?? SessionSocket.DefaultTimeout);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Waited for {what}. ICE {(IsIceConnected ? "connected" : "not connected")}, DTLS {DtlsState}, {Counters}", e);
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Remove(done);
            }
        }
    }

    /// <summary>Sends one video frame; a keyframe if the relay asked for one or it is the first, or if forced.</summary>
    public void SendVideoFrame(bool forceKeyframe = false) => WithSender(s => s.SendVideoFrame(forceKeyframe, MonotonicClock.Now));

    public void SendAudioPacket() => WithSender(s => s.SendAudioPacket(MonotonicClock.Now));

    /// <summary>Asks for a keyframe by PLI.</summary>
    public void SendPli() => WithSender(s => s.SendPli(Video!.Ssrc));

    /// <summary>Asks for a keyframe by FIR.</summary>
    public void SendFir() => WithSender(s => s.SendFir(Video!.Ssrc));

    /// <summary>Asks for video packets again.</summary>
    public void SendNack(params ushort[] sequenceNumbers) => WithSender(s => s.SendNack(Video!.Ssrc, sequenceNumbers));

    /// <summary>Sends the reports that otherwise go out every second.</summary>
    public void SendReports() => WithSender(s => s.SendReports(_receiver!.ReportBlocks(MonotonicClock.Now), MonotonicClock.Now));

    /// <summary>Seals any plain RTP packet with the peer's keys and sends it.</summary>
    public void SendRtp(byte[] packet) => WithSender(s => s.SendRtp(packet));

    /// <summary>Seals any plain RTCP compound with the peer's keys and sends it.</summary>
    public void SendRtcp(byte[] compound) => WithSender(s => s.SendRtcp(compound));

    /// <summary>Sends any bytes as they are, from the peer's address.</summary>
    public void SendDatagram(ReadOnlySpan<byte> datagram) => _socket.Send(datagram);

    /// <summary>Ends DTLS with close_notify, as a browser that closes its connection.</summary>
    public void CloseDtls()
    {
        lock (_gate)
        {
            _dtls?.HandleClose();
            DrainDtls();
        }
    }

    /// <summary>Vanishes without a word; see <see cref="CloseDtls"/> for the polite way.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopping)
            {
                return;
            }

            _isStopping = true;
        }

        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _dtls?.Dispose();
        _dtlsFactory?.Dispose();
        _inbound?.Dispose();
        _outbound?.Dispose();
        _socket.Dispose();
        Identity.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static string OpenSslName(SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm => "SRTP_AEAD_AES_128_GCM",
        SrtpProfile.AeadAes256Gcm => "SRTP_AEAD_AES_256_GCM",
        _ => "SRTP_AES128_CM_SHA1_80",
    };

    private void Run()
    {
        Span<byte> buffer = stackalloc byte[2048];
        bool isStopping = false;
        while (!isStopping)
        {
            _socket.Wait(TimeSpan.FromMilliseconds(2));
            lock (_gate)
            {
                try
                {
                    Instant now = MonotonicClock.Now;
                    while (_socket.TryReceive(buffer, out int length))
                    {
                        HandleDatagram(buffer[..length], now);
                    }

                    HandleTimeout(now);
                    _waiters.Check();
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    _waiters.Fail(e);
                    return;
                }

                isStopping = _isStopping;
            }
        }
    }

    private void HandleDatagram(Span<byte> datagram, Instant now)
    {
        Capture(CapturedKind.Datagram, datagram);
        switch (datagram.IsEmpty ? 255 : datagram[0])
        {
            case <= 3:
                Span<byte> answer = stackalloc byte[512];
                int length = _ice.HandleMessage(datagram, TransportAddress.FromEndPoint(_socket.Remote!), answer, now);
                SendCaptured(answer[..length], isMedia: false);
                break;
            case >= 20 and <= 63:
                _dtls!.HandleDatagram(datagram, now);
                DrainDtls();
                StartMedia(now);
                break;
            case >= 128 and <= 191 when _receiver is not null:
                if (!_socket.IsLost())
                {
                    _receiver.HandleDatagram(datagram, now);
                }

                break;
            default:
                break;
        }
    }

    private void HandleTimeout(Instant now)
    {
        if (now >= _ice.NextTimeout)
        {
            Span<byte> request = stackalloc byte[512];
            SendCaptured(request[.._ice.HandleTimeout(request, now)], isMedia: false);
        }

        if (_ice.Answers > 0 && now >= _dtls!.NextTimeout)
        {
            _dtls.HandleTimeout(now);
            DrainDtls();
        }

        if (_sender is not null)
        {
            _schedule.Run(_sender, _receiver!, now);
        }
    }

    private void StartMedia(Instant now)
    {
        if (_sender is not null || _dtls!.State != DtlsState.Connected)
        {
            return;
        }

        var profile = (SrtpProfile)_dtls.SrtpProfile;
        byte[] exported = new byte[SrtpProfiles.KeyingMaterialLength(profile)];
        Invariant.Holds(_dtls.TryExportKeyingMaterial(exported), "connected DTLS exports keys");
        var keys = new SrtpKeyingMaterial(profile, exported, isDtlsServer: false);
        _inbound = keys.CreateInbound();
        _outbound = keys.CreateOutbound();
        CryptographicOperations.ZeroMemory(exported);
        _sender = new PeerSender(Identity, Options, _outbound, Answer!, SendCaptured);
        _receiver = new PeerReceiver(_gate, _inbound, _sender, Capture);
        _receiver.Expect(Answer!);
        _schedule.Start(now);
    }

    private void DrainDtls()
    {
        Span<byte> datagram = stackalloc byte[2048];
        while (_dtls!.TryDequeueDatagram(datagram, out int length))
        {
            SendCaptured(datagram[..length], isMedia: false);
        }
    }

    private void SendCaptured(ReadOnlySpan<byte> datagram, bool isMedia)
    {
        if (datagram.IsEmpty)
        {
            return;
        }

        if (Options.CapturesSent)
        {
            _capturedSent.Add(datagram.ToArray());
        }

        if (!isMedia || !_socket.IsSendLost())
        {
            _socket.Send(datagram);
        }
    }

    private void Capture(CapturedKind kind, ReadOnlySpan<byte> bytes)
    {
        if (Options.CapturesReceived)
        {
            _captured.Add(new Captured(kind, bytes.ToArray()));
        }
    }

    private PeerCounters CountersNow()
    {
        PeerCounters received = _receiver?.Counters ?? new PeerCounters();
        return _sender is null ? received : received with
        {
            VideoFramesSent = _sender.FramesSent,
            KeyframesSent = _sender.KeyframesSent,
            VideoPacketsSent = _sender.VideoPacketsSent,
            AudioPacketsSent = _sender.AudioPacketsSent,
            RtxSent = _sender.RtxSent,
            NacksSent = _sender.NacksSent,
        };
    }

    private void WithSender(Action<PeerSender> action)
    {
        lock (_gate)
        {
            action(_sender ?? throw new InvalidOperationException("The peer is not connected."));
        }
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }
}
