using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Srtp;
using Relay.Testing.Sdp;

namespace Relay.Testing.Peers;

/// <summary>Sends a finished datagram.</summary>
internal delegate void DatagramSender(ReadOnlySpan<byte> datagram, bool isMedia);

/// <summary>The sending half of a peer: packets, RTX, reports and feedback, sealed and sent.</summary>
internal sealed class PeerSender
{
    private const int PacketMaxBytes = 1500;
    private const int RtxHistory = 1024;
    private const uint VideoClockRate = 90_000;
    private const uint AudioClockRate = 48_000;

    private readonly PeerIdentity _identity;
    private readonly TestPeerOptions _options;
    private readonly SrtpOutbound _srtp;
    private readonly DatagramSender _send;
    private readonly PeerAnswer _answer;
    private readonly Vp8Source _vp8;
    private readonly OpusSource _opus;
    private readonly OutgoingStream _audio;
    private readonly OutgoingStream _video;
    private readonly OutgoingStream _rtx;
    private readonly byte[][] _history = new byte[RtxHistory][];
    private readonly byte[] _buffer = new byte[PacketMaxBytes];
    private bool _wantsKeyframe = true;
    private ushort _transportSequence;
    private byte _firSequence;

    public PeerSender(PeerIdentity identity, TestPeerOptions options, SrtpOutbound srtp, PeerAnswer answer, DatagramSender send)
    {
        _identity = identity;
        _options = options;
        _srtp = srtp;
        _answer = answer;
        _send = send;
        _vp8 = new Vp8Source(identity.MediaTag);
        _opus = new OpusSource(identity.MediaTag);
        byte rtxType = (byte)(answer.Video?.RtxByCodec.GetValueOrDefault(PeerOffer.Vp8PayloadType) ?? 0);
        _audio = new OutgoingStream(identity.AudioSsrc, PeerOffer.OpusPayloadType, AudioClockRate, answer.Audio);
        _video = new OutgoingStream(identity.VideoSsrc, PeerOffer.Vp8PayloadType, VideoClockRate, answer.Video);
        _rtx = new OutgoingStream(identity.RtxSsrc, rtxType, VideoClockRate, answer.Video);
    }

    public int FramesSent { get; private set; }

    public int KeyframesSent { get; private set; }

    public int RtxSent { get; private set; }

    public int NacksSent { get; private set; }

    public int VideoPacketsSent => (int)_video.PacketCount;

    public int AudioPacketsSent => (int)_audio.PacketCount;

    /// <summary>Sends one frame; a keyframe if one was asked for or is the first.</summary>
    public void SendVideoFrame(bool forceKeyframe, Instant now)
    {
        if (_answer.Video is null)
        {
            return;
        }

        bool isKeyframe = _wantsKeyframe || forceKeyframe;
        _wantsKeyframe = false;
        int packets = isKeyframe ? _options.KeyframePackets : _options.DeltaFramePackets;
        _video.Advance(_options.FramesPerSecond, now);
        byte[][] payloads = _vp8.NextFrame(isKeyframe, packets, _options.VideoPayloadBytes);
        for (int i = 0; i < payloads.Length; i++)
        {
            byte[] packet = Build(_video, marker: i == payloads.Length - 1, payloads[i], now);
            _history[_video.LastSequence % RtxHistory] = packet;
            Seal(packet, []);
        }

        FramesSent++;
        KeyframesSent += isKeyframe ? 1 : 0;
    }

    public void SendAudioPacket(Instant now)
    {
        if (_answer.Audio is not null)
        {
            _audio.Advance(_options.AudioPacketsPerSecond, now);
            Seal(Build(_audio, marker: _audio.PacketCount == 0, _opus.NextPacket(_options.AudioPayloadBytes), now), []);
        }
    }

    public void HandleKeyframeRequest(uint ssrc, Instant now)
    {
        _wantsKeyframe |= ssrc == _identity.VideoSsrc;
        if (_wantsKeyframe && _options.SendsMedia)
        {
            SendVideoFrame(forceKeyframe: false, now);
        }
    }

    /// <summary>Answers a NACK by RTX, if the packet is still there.</summary>
    public void Retransmit(uint ssrc, ushort sequence)
    {
        byte[]? original = _history[sequence % RtxHistory];
        if (ssrc != _identity.VideoSsrc
            || _rtx.PayloadType == 0
            || original is null
            || RtpPacketReader.TryParse(original, out RtpPacketReader rtp) != DropReason.None
            || rtp.SequenceNumber != sequence)
        {
            return;
        }

        byte[] packet = [.. original];
        RtpHeaderWriter.SetMarkerAndPayloadType(packet, rtp.Marker, _rtx.PayloadType);
        RtpHeaderWriter.SetSequenceNumber(packet, _rtx.NextSequence());
        RtpHeaderWriter.SetSsrc(packet, _rtx.Ssrc);
        Span<byte> prefix = stackalloc byte[RtxPayload.HeaderLength];
        RtxPayload.WriteOriginalSequenceNumber(prefix, sequence);
        _rtx.Count(rtp.PayloadLength);
        Seal(packet, prefix);
        RtxSent++;
    }

    /// <summary>A sender report with SDES for each stream that sends, or a receiver report if none does.</summary>
    public void SendReports(IReadOnlyList<ReportBlock> blocks, Instant now)
    {
        OutgoingStream[] active = [.. new[] { _audio, _video }.Where(s => s.PacketCount > 0)];
        ReportBlock[] all = [.. blocks];
        byte[] cname = Encoding.ASCII.GetBytes(_identity.Cname);
        if (active.Length == 0)
        {
            int length = ReceiverReportWriter.Write(_buffer, _identity.AudioSsrc, all);
            length += SdesWriter.WriteCname(_buffer.AsSpan(length), _identity.AudioSsrc, cname);
            SealRtcp(length);
        }

        for (int i = 0; i < active.Length; i++)
        {
            OutgoingStream stream = active[i];
            int length = SenderReportWriter.Write(
                _buffer,
                stream.Ssrc,
                NtpTimestamp.FromInstant(now),
                stream.TimestampAt(now),
                stream.PacketCount,
                stream.PayloadBytes,
                i == 0 ? all : []);
            length += SdesWriter.WriteCname(_buffer.AsSpan(length), stream.Ssrc, cname);
            SealRtcp(length);
        }
    }

    public void SendPli(uint mediaSsrc) => SealRtcp(PliWriter.Write(_buffer, _identity.VideoSsrc, mediaSsrc));

    public void SendFir(uint mediaSsrc) => SealRtcp(FirWriter.Write(_buffer, _identity.VideoSsrc, mediaSsrc, _firSequence++));

    public void SendNack(uint mediaSsrc, ReadOnlySpan<ushort> sequences)
    {
        int length = NackWriter.Write(_buffer.AsSpan(0, 1200), _identity.VideoSsrc, mediaSsrc, sequences, out _);
        if (length > 0)
        {
            SealRtcp(length);
            NacksSent++;
        }
    }

    /// <summary>Seals any plain RTCP bytes and sends them.</summary>
    public void SendRtcp(ReadOnlySpan<byte> compound)
    {
        compound.CopyTo(_buffer);
        SealRtcp(compound.Length);
    }

    /// <summary>Seals any plain RTP packet and sends it.</summary>
    public void SendRtp(ReadOnlySpan<byte> packet) => Seal(packet, []);

    private byte[] Build(OutgoingStream stream, bool marker, byte[] payload, Instant now)
    {
        Span<byte> header = stackalloc byte[128];
        var extension = HeaderExtensionWriter.Begin(header[RtpHeaderWriter.Length..], twoByte: false);
        AddExtensions(ref extension, stream, now);
        int extensionBytes = extension.Finish();
        RtpHeaderWriter.Write(
            header, marker, stream.PayloadType, stream.NextSequence(), stream.Timestamp, stream.Ssrc, extensionBytes > 0);
        stream.Count(payload.Length);
        return [.. header[..(RtpHeaderWriter.Length + extensionBytes)], .. payload];
    }

    private void AddExtensions(ref HeaderExtensionWriter extension, OutgoingStream stream, Instant now)
    {
        if (stream.ExtensionId(PeerOffer.AudioLevelExtension) is byte level)
        {
            extension.TryAdd(level, [0x80 | 30]);
        }

        if (stream.ExtensionId(PeerOffer.AbsSendTimeExtension) is byte sendTime)
        {
            // Seconds in 6.18 fixed point.
            uint time = (uint)((Int128)now.Ticks * (1 << 18) / TimeSpan.TicksPerSecond) & 0xFF_FFFF;
            extension.TryAdd(sendTime, [(byte)(time >> 16), (byte)(time >> 8), (byte)time]);
        }

        if (stream.ExtensionId(PeerOffer.TransportCcExtension) is byte transportCc)
        {
            Span<byte> number = stackalloc byte[sizeof(ushort)];
            BinaryPrimitives.WriteUInt16BigEndian(number, _transportSequence++);
            extension.TryAdd(transportCc, number);
        }

        if (stream.ExtensionId(PeerOffer.MidExtension) is byte mid)
        {
            extension.TryAdd(mid, Encoding.ASCII.GetBytes(stream.Mid));
        }
    }

    private void Seal(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> prefix)
    {
        Span<byte> output = stackalloc byte[PacketMaxBytes + SrtpProfiles.RtpOverheadMaxBytes];
        if (RtpPacketReader.TryParseHeader(packet, out RtpPacketReader rtp) == DropReason.None
            && _srtp.Protect(packet[..rtp.HeaderLength], prefix, packet[rtp.HeaderLength..], output, out int length) == DropReason.None)
        {
            _send(output[..length], isMedia: true);
        }
    }

    private void SealRtcp(int plainLength)
    {
        if (_srtp.ProtectRtcp(_buffer, plainLength, out int length) == DropReason.None)
        {
            _send(_buffer.AsSpan(0, length), isMedia: true);
        }
    }

    /// <summary>The numbers of one SSRC that is sent.</summary>
    private sealed class OutgoingStream(uint ssrc, byte payloadType, uint clockRate, PeerAnswerMedia? media)
    {
        // RFC 3711 wants initial numbers low enough that an early wrap does not confuse receivers.
        private ushort _sequence = (ushort)RandomNumberGenerator.GetInt32(0x8000);
        private Instant _advancedAt;

        public uint Ssrc => ssrc;

        public byte PayloadType => payloadType;

        public uint Timestamp { get; private set; } = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));

        public ushort LastSequence => _sequence;

        public uint PacketCount { get; private set; }

        public uint PayloadBytes { get; private set; }

        public string Mid => media?.Mid ?? string.Empty;

        public ushort NextSequence() => ++_sequence;

        public void Count(int payloadBytes)
        {
            PacketCount++;
            PayloadBytes += (uint)payloadBytes;
        }

        /// <summary>One nominal step, or the time since the last one after a pause.</summary>
        public void Advance(int perSecond, Instant now)
        {
            uint step = clockRate / (uint)perSecond;
            uint elapsed = PacketCount == 0 ? 0 : TimestampAt(now) - Timestamp;
            Timestamp += elapsed > 2 * step ? elapsed : step;
            _advancedAt = now;
        }

        public uint TimestampAt(Instant now) => Timestamp + (uint)((now - _advancedAt).Ticks * clockRate / TimeSpan.TicksPerSecond);

        /// <summary>The negotiated id of an extension of the offer; null if the answer left it out.</summary>
        public byte? ExtensionId(string uri) => media is not null && media.Extensions.TryGetValue(uri, out byte id) ? id : null;
    }
}
