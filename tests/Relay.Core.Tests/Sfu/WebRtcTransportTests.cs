using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Srtp;
using Relay.Core.Stun;
using Relay.Core.Tests.Ice;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class WebRtcTransportTests : IDisposable
{
    private static readonly TransportAddress Remote = IceLeg.A;

    private readonly PacketPool _pool = new(32, isChecked: true);
    private readonly TransmitQueue _transmits;
    private readonly SfuContext _context;
    private readonly FakeDtls _dtls = new();
    // Makes the client's checks; its agent is not used.
    private readonly IceLeg _client = new(start: false);
    private readonly WebRtcTransport _transport;
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    public WebRtcTransportTests()
    {
        _transmits = new TransmitQueue(_pool, 16);
        _context = new SfuContext(_pool, _transmits, new EngineCounters(), new SeededRandomSource(1), new SfuOptions(), 1);
        var parameters = new TransportParameters { LocalIce = _client.Local, RemoteUfrag = _client.Remote };
        _transport = new WebRtcTransport(_context, IceLeg.Slot, parameters, _dtls, IceOptions.Default, _now);
    }

    public void Dispose()
    {
        _transport.Close(CloseReason.Requested);
        Drain();
        Assert.Equal(0, _pool.InUse);
        Assert.True(_dtls.IsDisposed);
    }

    [Fact]
    public void A_check_is_answered_and_makes_the_address_the_one_to_send_to()
    {
        Assert.Equal(DropReason.None, Check(Remote));
        (TransportAddress remote, byte[] datagram) = Assert.Single(Drain());
        Assert.Equal(Remote, remote);
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(datagram, out StunMessageReader answer));
        Assert.Equal(StunClass.SuccessResponse, answer.Class);
        Assert.True(_transport.IsValidated(Remote));
        Assert.Equal(Remote, _transport.Session.Remote);
        Assert.False(_transport.IsConnected);
    }

    [Fact]
    public void A_check_that_fails_is_not_answered()
    {
        Assert.Equal(DropReason.StunBadIntegrity, Check(Remote, new Check { Nominate = true, Password = "wrong-password-of-22-chars" }));
        Assert.Empty(Drain());
        Assert.Equal(default, _transport.Session.Remote);
        Assert.Equal(0, _pool.InUse);
    }

    [Fact]
    public void Without_a_slot_for_the_answer_a_check_changes_nothing()
    {
        List<PacketHandle> held = [];
        while (_pool.TryRent(PacketOwner.Tap, out PacketHandle slot))
        {
            held.Add(slot);
        }

        Assert.Equal(DropReason.PoolExhausted, Check(Remote));
        Assert.False(_transport.IsValidated(Remote));
        held.ForEach(slot => _pool.Release(slot, PacketOwner.Tap));
        Assert.Equal(DropReason.None, Check(Remote));
        Drain();
    }

    [Fact]
    public void Nothing_but_STUN_is_taken_from_an_address_that_is_not_validated()
    {
        Check(Remote);
        Drain();
        Assert.Equal(DropReason.AddressNotValidated, Receive(IceLeg.B, HandleDtls));
        Assert.Equal(DropReason.AddressNotValidated, Receive(IceLeg.B, HandleRtp));
        Assert.Equal(DropReason.AddressNotValidated, Receive(IceLeg.B, HandleRtcp));
        Assert.Equal(0, _dtls.Handled);
        Assert.Equal(DropReason.None, Receive(Remote, HandleDtls));
        Assert.Equal(DropReason.SrtpNoKeys, Receive(Remote, HandleRtp));
        Assert.Equal(1, _dtls.Handled);
    }

    [Fact]
    public void A_flight_waits_until_there_is_an_address()
    {
        _dtls.ToSend.Enqueue([22, 1]);
        _transport.HandleTimeout(_now);
        Assert.Empty(Drain());
        Check(Remote);
        List<(TransportAddress Remote, byte[] Datagram)> sent = Drain();
        Assert.Equal(2, sent.Count);
        Assert.Equal([22, 1], sent[1].Datagram);
    }

    [Fact]
    public void Dtls_timers_run_with_the_transports()
    {
        Check(Remote);
        Drain();
        _dtls.NextTimeout = _now + TimeSpan.FromMilliseconds(50);
        Assert.Equal(_dtls.NextTimeout, _transport.NextTimeout);
        _now += TimeSpan.FromMilliseconds(50);
        _transport.HandleTimeout(_now);
        Assert.Equal([22, 7], Assert.Single(Drain()).Datagram);
        Assert.True(_transport.NextTimeout > _now);
    }

    [Fact]
    public void It_is_connected_once_the_handshake_is_done()
    {
        Connect();
        Assert.True(_transport.IsConnected);
        Assert.True(_transport.Session.CanSend);
        Assert.Equal(DropReason.SrtpAuthenticationFailed, Receive(Remote, HandleRtp));
    }

    [Fact]
    public void The_first_authentic_packet_confirms_the_peer_and_no_other()
    {
        Connect();
        Receive(Remote, HandleRtp);
        Receive(Remote, HandleRtcp);
        Assert.Equal(0, _dtls.Confirmations);

        byte[] exported = new byte[SrtpProfiles.KeyingMaterialLength(SrtpProfile.AeadAes128Gcm)];
        _dtls.TryExportKeyingMaterial(exported);
        using SrtpOutbound client = new SrtpKeyingMaterial(SrtpProfile.AeadAes128Gcm, exported, isDtlsServer: false).CreateOutbound();
        for (int i = 0; i < 2; i++)
        {
            // An empty receiver report.
            byte[] report = [0x80, 201, 0, 1, 0, 0, 0, 9, .. new byte[SrtpProfiles.RtcpOverheadMaxBytes]];
            Assert.Equal(DropReason.None, client.ProtectRtcp(report, 8, out int length));
            _transport.HandleRtcp(report.AsSpan(0, length), Remote, _now);
            Assert.Equal(1, _dtls.Confirmations);
        }
    }

    [Fact]
    public void A_handshake_that_goes_on_elsewhere_is_followed()
    {
        Check(Remote);
        Drain();
        _dtls.ToSend.Enqueue([22, 2]);
        _dtls.State = DtlsState.Connected;
        _transport.HandleHandshake(_now);
        Assert.Equal([22, 2], Assert.Single(Drain()).Datagram);
        Assert.True(_transport.IsConnected);
    }

    [Fact]
    public void Keys_that_cannot_be_had_end_it()
    {
        Check(Remote);
        _dtls.CanExport = false;
        _dtls.State = DtlsState.Connected;
        Receive(Remote, HandleDtls);
        Assert.False(_transport.IsConnected);
        Assert.Equal(CloseReason.DtlsFailed, _transport.CloseReason);
        Assert.Equal(Instant.Never, _transport.NextTimeout);
        Drain();
    }

    [Theory]
    [InlineData(CloseReason.PeerClosed)]
    [InlineData(CloseReason.FingerprintMismatch)]
    [InlineData(CloseReason.DtlsFailed)]
    public void The_end_of_the_association_is_the_end_of_the_transport(CloseReason reason)
    {
        Connect();
        _dtls.State = DtlsState.Closed;
        _dtls.CloseReason = reason;
        Receive(Remote, HandleDtls);
        Assert.Equal(reason, _transport.CloseReason);
    }

    [Fact]
    public void Silence_ends_it()
    {
        Connect();
        Assert.True(_transport.NextTimeout <= _now + TimeSpan.FromSeconds(30));
        _now += TimeSpan.FromSeconds(30);
        _transport.HandleTimeout(_now);
        Assert.Equal(CloseReason.ConsentExpired, _transport.CloseReason);
        Drain();
    }

    [Fact]
    public void A_check_after_the_end_of_consent_ends_it_too()
    {
        Connect();
        _now += TimeSpan.FromSeconds(30);
        Assert.Equal(DropReason.WrongState, Check(Remote));
        Assert.Equal(CloseReason.ConsentExpired, _transport.CloseReason);
        Assert.Equal(default, _transport.Session.Remote);
        Assert.True(_transport.TryDequeueRemovedAddress(out TransportAddress removed));
        Assert.Equal(Remote, removed);
    }

    [Fact]
    public void A_restart_keeps_the_address_until_the_new_one_is_validated()
    {
        Connect();
        IceCredentials local = IceCredentials.Generate(IceLeg.Slot, new SeededRandomSource(5));
        _transport.HandleIceRestart(local, IceLeg.Ufrag("again"), _now);
        Assert.Equal(Remote, _transport.Session.Remote);
        _client.Local = local;
        _client.Remote = IceLeg.Ufrag("again");
        Assert.Equal(DropReason.None, Check(IceLeg.B));
        Assert.Equal(IceLeg.B, _transport.Session.Remote);
        Assert.True(_transport.IsConnected);
        Drain();
    }

    [Fact]
    public void Closing_says_goodbye_and_keeps_the_first_reason()
    {
        Connect();
        _dtls.CloseReason = CloseReason.PeerClosed;
        Receive(Remote, HandleDtls);
        _transport.Close(CloseReason.Requested);
        Assert.Equal(CloseReason.PeerClosed, _transport.CloseReason);
        Assert.Contains(Drain(), d => d.Datagram is [21, 0]);
        Assert.True(_transport.TryDequeueRemovedAddress(out _));
        Assert.Equal(DropReason.WrongState, Check(Remote));
    }

    private delegate DropReason Handler(Span<byte> datagram, in TransportAddress from, Instant now);

    private void Connect()
    {
        Check(Remote);
        _dtls.State = DtlsState.Connected;
        Receive(Remote, HandleDtls);
        _transport.HandleTimeout(_now);
        Drain();
    }

    private DropReason Check(TransportAddress from, Check? check = null)
    {
        byte[] request = _client.Request(check ?? new Check { Nominate = true });
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(request, out StunMessageReader message));
        return _transport.HandleBindingRequest(message, from, from, _now);
    }

    private DropReason Receive(TransportAddress from, Handler handle)
    {
        byte[] datagram = [0x80, 200, 0, 11, .. new byte[60]];
        return handle(datagram, from, _now);
    }

    private DropReason HandleDtls(Span<byte> datagram, in TransportAddress from, Instant now) =>
        _transport.HandleDtls(datagram, from, now);

    private DropReason HandleRtp(Span<byte> datagram, in TransportAddress from, Instant now) =>
        _transport.HandleRtp(datagram, from, now);

    private DropReason HandleRtcp(Span<byte> datagram, in TransportAddress from, Instant now) =>
        _transport.HandleRtcp(datagram, from, now);

    private List<(TransportAddress Remote, byte[] Datagram)> Drain()
    {
        List<(TransportAddress, byte[])> sent = [];
        while (_context.TryDequeueTransmit(out Transmit transmit))
        {
            sent.Add((transmit.Remote, _pool.Span(transmit.Packet, transmit.Offset, transmit.Length).ToArray()));
            _pool.Release(transmit.Packet, PacketOwner.Transmit);
        }

        return sent;
    }
}
