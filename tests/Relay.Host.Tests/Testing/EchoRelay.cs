using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Srtp;
using Relay.Core.Stun;
using Relay.Host.Platform;
using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Testing;

/// <summary>
/// The smallest thing that a test peer can connect to: answers STUN, ends DTLS, and sends each RTP packet back on an SSRC of
/// its own, with losses on demand. A double for testing the test peer, not a relay.
/// </summary>
internal sealed class EchoRelay : IDisposable
{
    public const uint AudioSsrc = 0x1111_1111;
    public const uint VideoSsrc = 0x2222_2222;
    public const uint RtxSsrc = 0x3333_3333;

    private const string Ufrag = "relayufrag";
    private const string Password = "relaypasswordrelaypassword";

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly DtlsCertificate _certificate = DtlsCertificate.CreateEcdsa(DateTimeOffset.UtcNow);
    private readonly OpenSslDtlsAssociationFactory _factory;
    private readonly Dictionary<ushort, byte[]> _sentVideo = [];
    private readonly Thread _thread;
    private readonly byte[] _scratch = new byte[2048];
    private IDtlsAssociation? _dtls;
    private SrtpInbound? _inbound;
    private SrtpOutbound? _outbound;
    private EndPoint _remote = new IPEndPoint(IPAddress.Any, 0);
    private ushort _rtxSequence;
    private volatile bool _isStopping;

    public EchoRelay()
    {
        _factory = new OpenSslDtlsAssociationFactory(new DtlsOptions(), _certificate);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _thread = new Thread(Run) { IsBackground = true };
    }

    /// <summary>Throws away an echoed video packet, by its sequence number.</summary>
    public Func<ushort, bool> LosesVideo { get; set; } = _ => false;

    /// <summary>Plain RTCP to send with the next echoed audio packet; taken once.</summary>
    public byte[]? NextRtcp { get; set; }

    public List<(RtcpPacketType Type, byte Count)> RtcpReceived { get; } = [];

    public int RtxReceived { get; private set; }

    public string Answer(DtlsFingerprint client, bool withVideo)
    {
        _dtls = _factory.Create(client, 0);
        int port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        DtlsFingerprint own = _factory.LocalFingerprint;
        string fingerprint = string.Join(':', own.Value.ToArray().Select(b => b.ToString("X2", CultureInfo.InvariantCulture)));
        string transport = $"c=IN IP4 0.0.0.0\r\na=ice-ufrag:{Ufrag}\r\na=ice-pwd:{Password}\r\na=fingerprint:sha-256 {fingerprint}\r\n"
            + $"a=setup:passive\r\na=rtcp-mux\r\na=candidate:1 1 udp 2130706431 127.0.0.1 {port} typ host\r\n";
        var sdp = new StringBuilder("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-lite\r\n");
        sdp.Append("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\na=sendrecv\r\n").Append(transport);
        sdp.Append("a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n");
        sdp.Append(CultureInfo.InvariantCulture, $"a=ssrc:{AudioSsrc} cname:relay\r\n");
        if (withVideo)
        {
            sdp.Append("m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\n");
            sdp.Append("a=fmtp:97 apt=96\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n");
            sdp.Append(transport);
            sdp.Append(CultureInfo.InvariantCulture, $"a=ssrc-group:FID {VideoSsrc} {RtxSsrc}\r\n");
            sdp.Append(CultureInfo.InvariantCulture, $"a=ssrc:{VideoSsrc} cname:relay\r\na=ssrc:{RtxSsrc} cname:relay\r\n");
        }

        _thread.Start();
        return sdp.ToString();
    }

    public void Dispose()
    {
        _isStopping = true;
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _dtls?.Dispose();
        _factory.Dispose();
        _certificate.Dispose();
        _inbound?.Dispose();
        _outbound?.Dispose();
        _socket.Dispose();
    }

    private void Run()
    {
        byte[] buffer = new byte[2048];
        while (!_isStopping)
        {
            if (_socket.Poll(TimeSpan.FromMilliseconds(5), SelectMode.SelectRead))
            {
                int length = _socket.ReceiveFrom(buffer, ref _remote);
                HandleDatagram(buffer.AsSpan(0, length));
            }

            _dtls!.HandleTimeout(MonotonicClock.Now);
            DrainDtls();
        }
    }

    private void HandleDatagram(Span<byte> datagram)
    {
        switch (datagram[0])
        {
            case <= 3:
                AnswerCheck(datagram);
                break;
            case <= 63:
                _dtls!.HandleDatagram(datagram, MonotonicClock.Now);
                DrainDtls();
                TakeKeys();
                break;
            default:
                if (RtcpHeader.IsRtcp(datagram))
                {
                    HandleRtcp(datagram);
                }
                else
                {
                    Echo(datagram);
                }

                break;
        }
    }

    private void AnswerCheck(ReadOnlySpan<byte> datagram)
    {
        byte[] key = Encoding.ASCII.GetBytes(Password);
        if (StunMessageReader.TryParse(datagram, out StunMessageReader request) == DropReason.None
            && request.VerifyIntegrity(key)
            && request.HasUseCandidate
            && request.HasFingerprint
            && Encoding.ASCII.GetString(request.Username).StartsWith(Ufrag + ":", StringComparison.Ordinal))
        {
            var writer = new StunMessageWriter(_scratch);
            writer.WriteHeader(StunClass.SuccessResponse, StunMethod.Binding, request.TransactionId);
            writer.AddXorMappedAddress(TransportAddress.FromEndPoint((IPEndPoint)_remote));
            writer.AddMessageIntegrity(key);
            writer.AddFingerprint();
            _socket.SendTo(_scratch.AsSpan(0, writer.Length), _remote);
        }
    }

    private void DrainDtls()
    {
        while (_dtls!.TryDequeueDatagram(_scratch, out int length))
        {
            _socket.SendTo(_scratch.AsSpan(0, length), _remote);
        }
    }

    private void TakeKeys()
    {
        if (_inbound is null && _dtls!.State == DtlsState.Connected)
        {
            var profile = (SrtpProfile)_dtls.SrtpProfile;
            byte[] exported = new byte[SrtpProfiles.KeyingMaterialLength(profile)];
            _dtls.TryExportKeyingMaterial(exported);
            var keys = new SrtpKeyingMaterial(profile, exported, isDtlsServer: true);
            _inbound = keys.CreateInbound();
            _outbound = keys.CreateOutbound();
        }
    }

    private void Echo(Span<byte> datagram)
    {
        if (_inbound is null
            || _inbound.Unprotect(datagram, datagram, out int length) != DropReason.None
            || RtpPacketReader.TryParse(datagram[..length], out RtpPacketReader rtp) != DropReason.None)
        {
            return;
        }

        if (rtp.PayloadType == 97)
        {
            RtxReceived++;
            return;
        }

        bool isVideo = rtp.PayloadType == 96;
        byte[] header = new byte[RtpHeaderWriter.Length];
        RtpHeaderWriter.Write(
            header, rtp.Marker, rtp.PayloadType, rtp.SequenceNumber, rtp.Timestamp, isVideo ? VideoSsrc : AudioSsrc, hasExtension: false);
        if (isVideo)
        {
            _sentVideo[rtp.SequenceNumber] = [.. header, .. rtp.Payload];
        }

        if (!isVideo || !LosesVideo(rtp.SequenceNumber))
        {
            Seal(header, [], rtp.Payload);
        }

        if (!isVideo && NextRtcp is { } rtcp)
        {
            NextRtcp = null;
            rtcp.CopyTo(_scratch, 0);
            Assert.Equal(DropReason.None, _outbound!.ProtectRtcp(_scratch, rtcp.Length, out int sealedLength));
            _socket.SendTo(_scratch.AsSpan(0, sealedLength), _remote);
        }
    }

    private void Seal(byte[] header, byte[] prefix, ReadOnlySpan<byte> payload)
    {
        Assert.Equal(DropReason.None, _outbound!.Protect(header, prefix, payload, _scratch, out int length));
        _socket.SendTo(_scratch.AsSpan(0, length), _remote);
    }

    private void HandleRtcp(Span<byte> datagram)
    {
        if (_inbound is null
            || _inbound.UnprotectRtcp(datagram, out int length) != DropReason.None
            || RtcpCompoundReader.TryParse(datagram[..length], out RtcpCompoundReader packets) != DropReason.None)
        {
            return;
        }

        while (packets.MoveNext())
        {
            lock (RtcpReceived)
            {
                RtcpReceived.Add((packets.Type, packets.Count));
            }

            if (NackReader.TryParse(packets.Current, out NackReader nack) == DropReason.None)
            {
                Assert.Equal(VideoSsrc, nack.MediaSsrc);
                while (nack.TryReadNext(out ushort sequence))
                {
                    Resend(sequence);
                }
            }
        }
    }

    private void Resend(ushort sequence)
    {
        byte[] original = _sentVideo[sequence];
        byte[] header = original[..RtpHeaderWriter.Length];
        RtpHeaderWriter.SetMarkerAndPayloadType(header, (original[1] & 0x80) != 0, 97);
        RtpHeaderWriter.SetSsrc(header, RtxSsrc);
        RtpHeaderWriter.SetSequenceNumber(header, _rtxSequence++);
        Seal(header, [(byte)(sequence >> 8), (byte)sequence], original.AsSpan(RtpHeaderWriter.Length));
    }
}
