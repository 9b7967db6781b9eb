using System.Net;
using System.Security.Cryptography;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Relay.Core.Srtp;
using Relay.Host.Platform.OpenSsl;
using Relay.Load.Traffic;
using Relay.Testing.Api;
using Relay.Testing.Peers;
using Relay.Testing.Sdp;

namespace Relay.Load.Clients;

/// <summary>
/// A client of the relay with everything that one has: session, socket, ICE, DTLS, SRTP. It has no thread and no UDP socket of
/// its own: <see cref="ClientFleet"/> hands it its datagrams and its time.
/// </summary>
internal sealed class FullClient : IAsyncDisposable
{
    private static readonly TimeSpan ConsentInterval = TimeSpan.FromSeconds(5);

    private readonly ClientFleet _fleet;
    private readonly PeerIdentity _identity = new();
    private readonly IceClient _ice;
    private RelaySession? _session;
    private SessionSocket? _socket;
    private PeerAnswer? _answer;
    private OpenSslDtlsAssociationFactory? _dtlsFactory;
    private IDtlsAssociation? _dtls;

    public FullClient(ClientFleet fleet, int index)
    {
        _fleet = fleet;
        _ice = new IceClient(ConsentInterval, index);
        Leg = new LoadLeg(index, LoadLeg.AddressOf(index)) { Ssrc = _identity.VideoSsrc, PayloadType = PeerOffer.Vp8PayloadType };
    }

    public LoadLeg Leg { get; }

    public SessionSocket Socket => _socket ?? throw new InvalidOperationException("The client has not arrived.");

    public bool IsConnected { get; private set; }

    public bool HasFailed => _dtls?.State == DtlsState.Closed;

    /// <summary>Opens session and socket, posts the offer and takes the answer. The fleet connects it from there.</summary>
    public async Task ArriveAsync(RelayApiClient api)
    {
        _session = await api.CreateSessionAsync();
        _socket = await _session.OpenSocketAsync();
        await _socket.ExpectAsync("welcome");
        string offer = PeerOffer.Build(_identity, new IPEndPoint(LoadLeg.ToAddress(Leg.LocalAddress), _fleet.Port), withVideo: true);
        _answer = PeerAnswer.Parse((await _session.PostMediaAsync(offer)).EnsureSuccess().Text);
        IPEndPoint server = _answer.Candidates[0];
        Leg.ServerAddress = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(server.Address.GetAddressBytes());
        Leg.ServerPort = server.Port;
        Leg.IncomingSsrc = _answer.Video!.Ssrcs[0];
    }

    /// <summary>Begins with ICE; from here on the fleet's thread has the client.</summary>
    public void Start(Instant now)
    {
        _dtlsFactory = new OpenSslDtlsAssociationFactory(DtlsRole.Client, new DtlsOptions(), _identity.Certificate);
        _dtls = _dtlsFactory.Create(_answer!.Fingerprint, slot: 0);
        _ice.Start(_identity, _answer.Ufrag, _answer.Password, now);
    }

    public void HandleDatagram(ReadOnlySpan<byte> datagram, Instant now)
    {
        if (_dtls is null || datagram.IsEmpty)
        {
            return;
        }

        if (datagram[0] <= 3)
        {
            Span<byte> answer = stackalloc byte[512];
            var server = TransportAddress.FromIPv4(Leg.ServerAddress, (ushort)Leg.ServerPort);
            _fleet.Send(Leg, answer[.._ice.HandleMessage(datagram, server, answer, now)]);
        }
        else if (datagram[0] is >= 20 and <= 63)
        {
            _dtls.HandleDatagram(datagram, now);
            DrainDtls();
            TakeKeys();
        }
    }

    public void HandleTimeout(Instant now)
    {
        if (_dtls is null)
        {
            return;
        }

        if (now >= _ice.NextTimeout)
        {
            Span<byte> request = stackalloc byte[512];
            _fleet.Send(Leg, request[.._ice.HandleTimeout(request, now)]);
        }

        if (_ice.Answers > 0 && now >= _dtls.NextTimeout)
        {
            _dtls.HandleTimeout(now);
            DrainDtls();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_socket is not null)
        {
            await _socket.DisposeAsync();
        }

        _dtls?.Dispose();
        _dtlsFactory?.Dispose();
        _identity.Dispose();
        Leg.Dispose();
    }

    private void DrainDtls()
    {
        Span<byte> datagram = stackalloc byte[2048];
        while (_dtls!.TryDequeueDatagram(datagram, out int length))
        {
            _fleet.Send(Leg, datagram[..length]);
        }
    }

    private void TakeKeys()
    {
        if (IsConnected || _dtls!.State != DtlsState.Connected)
        {
            return;
        }

        var profile = (SrtpProfile)_dtls.SrtpProfile;
        byte[] exported = new byte[SrtpProfiles.KeyingMaterialLength(profile)];
        if (_dtls.TryExportKeyingMaterial(exported))
        {
            var keys = new SrtpKeyingMaterial(profile, exported, isDtlsServer: false);
            (Leg.Outbound, Leg.Inbound) = (keys.CreateOutbound(), keys.CreateInbound());
            CryptographicOperations.ZeroMemory(exported);
            IsConnected = true;
            SendReport();
        }
    }

    // An empty receiver report (RFC 3550 section 6.4.2), as every client sends within its first seconds. It tells the relay
    // that the handshake's last flight has come.
    private void SendReport()
    {
        const int ReportBytes = 8;
        Span<byte> report = stackalloc byte[ReportBytes + SrtpProfiles.RtcpOverheadMaxBytes];
        (report[0], report[1], report[3]) = (0x80, 201, 1);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(report[4..], Leg.Ssrc);
        if (Leg.Outbound!.ProtectRtcp(report, ReportBytes, out int length) == Core.Diagnostics.DropReason.None)
        {
            _fleet.Send(Leg, report[..length]);
        }
    }
}
