using System.Buffers.Binary;
using System.Text;
using Relay.Core.Codecs;
using Relay.Core.Engine;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Sfu;
using Relay.Core.Srtp;
using Relay.Core.Stun;

namespace Relay.Simulation;

/// <summary>A client in virtual time: real STUN, real SRTP, synthetic VP8 and Opus.</summary>
public sealed class SimulatedPeer : IDisposable
{
    public const byte AudioPayloadType = 111;
    public const byte VideoPayloadType = 96;
    public const byte RtxPayloadType = 97;
    public const byte MidExtensionId = 4;

    private readonly SimulatedRelay _relay;
    private readonly byte _seed;
    private readonly SrtpInbound _inbound;
    private readonly SrtpOutbound _outbound;
    private readonly Dictionary<ushort, (byte[] Payload, uint Timestamp, bool Marker)> _sentVideo = [];
    private ushort _pictureId = 0x7ff0;
    private byte _tl0 = 250;
    private ushort _rtxSequence;

    public SimulatedPeer(
        SimulatedRelay relay, int slot, uint generation, byte seed, bool hasVideo = true, SimulatedMedia? media = null)
    {
        _relay = relay;
        Media = media ?? new SimulatedMedia();
        _seed = seed;
        Id = new TransportId(slot, generation);
        Address = TransportAddress.FromIPv4(0x0a000000u + seed, (ushort)(10_000 + seed));
        Credentials = IceCredentials.Generate(slot, relay.Random);
        RemoteUfrag = CreateUfrag($"peer{seed}");
        var keys = new SrtpKeyingMaterial(relay.Profile, ScriptedDtls.KeyingMaterial(relay.Profile, seed), isDtlsServer: false);
        _inbound = keys.CreateInbound();
        _outbound = keys.CreateOutbound();
        AudioSsrc = 0x1000_0000u + seed;
        VideoSsrc = 0x2000_0000u + seed;
        RtxSsrc = 0x3000_0000u + seed;
        VideoSequence = (ushort)(65_500 + seed);
        AudioSequence = (ushort)(100 * seed);
        VideoTimestamp = 0xffff_0000u + seed;
        HasVideo = hasVideo;
        TransportCc = new SimulatedTransportCc(relay, this);
    }

    public TransportId Id { get; }

    /// <summary>What its offer agreed on.</summary>
    public SimulatedMedia Media { get; }

    /// <summary>What it numbers and tells, and what it is told.</summary>
    public SimulatedTransportCc TransportCc { get; }

    public TransportAddress Address { get; set; }

    public IceCredentials Credentials { get; set; }

    public IceRemoteUfrag RemoteUfrag { get; set; }

    public uint AudioSsrc { get; set; }

    public uint VideoSsrc { get; set; }

    public uint RtxSsrc { get; set; }

    public ushort VideoSequence { get; set; }

    public ushort AudioSequence { get; set; }

    public uint VideoTimestamp { get; set; }

    public bool HasVideo { get; }

    /// <summary>Answers NACKs over RTX, as a browser does.</summary>
    public bool AnswersNacks { get; set; } = true;

    /// <summary>Sends a keyframe when it is asked for one.</summary>
    public bool AnswersKeyframeRequests { get; set; } = true;

    public int KeyframeRequests { get; private set; }

    public int NacksReceived { get; private set; }

    /// <summary>Bytes of each video payload.</summary>
    public int VideoPayloadBytes { get; set; } = 1000;

    /// <summary>Datagrams from the relay that did not open: replays, bad tags, unknown protocols.</summary>
    public int Rejected { get; private set; }

    /// <summary>Everything that arrived, decrypted, as it was on the wire otherwise.</summary>
    public List<byte[]> Plaintexts { get; } = [];

    public List<ReceivedRtp> Received { get; } = [];

    public List<byte[]> ReceivedRtcp { get; } = [];

    public List<byte[]> ReceivedStun { get; } = [];

    public IEnumerable<ReceivedRtp> Video => Received.Where(p => p.PayloadType == Media.VideoPayloadType);

    public IEnumerable<ReceivedRtp> Audio => Received.Where(p => p.PayloadType == Media.AudioPayloadType);

    public static IceRemoteUfrag CreateUfrag(string text) =>
        IceRemoteUfrag.TryCreate(text, out IceRemoteUfrag ufrag) ? ufrag : throw new ArgumentException("Not a ufrag.", nameof(text));

    public TransportParameters CreateParameters(bool withMidOnly = false)
    {
        var audio = new MediaParameters
        {
            Mid = new InlineText(Media.AudioMid),
            CanProduce = Media.CanProduce,
            CanConsume = Media.CanConsume,
            MidExtensionId = Media.MidExtensionId,
            AbsSendTimeExtensionId = Media.AbsSendTimeExtensionId,
            TransportCcExtensionId = Media.TransportCcExtensionId,
            RemoteSsrc = withMidOnly ? 0 : AudioSsrc,
            LocalSsrc = 0x5e1f_a700u + _seed,
        };
        audio.Add(new CodecParameters { Codec = CodecKind.Opus, PayloadType = Media.AudioPayloadType });
        return new TransportParameters
        {
            LocalIce = Credentials,
            RemoteUfrag = RemoteUfrag,
            RemoteFingerprint = ScriptedDtls.Fingerprint(_seed),
            Cname = new InlineText("relay"u8),
            Audio = audio,
            Video = HasVideo ? CreateVideoParameters(withMidOnly) : new MediaParameters(),
        };
    }

    /// <summary>Opens the leg and connects it: ICE, then DTLS.</summary>
    public void Connect(bool withMidOnly = false)
    {
        _relay.Add(this);
        _relay.Command(Command.Open(Id, CreateParameters(withMidOnly)));
        SendBinding();
        _relay.Run(TimeSpan.FromMilliseconds(10));
        _relay.FromPeer(this, ScriptedDtls.Hello);
        _relay.Run(TimeSpan.FromMilliseconds(10));
    }

    public void SendBinding(bool nominate = true) => _relay.FromPeer(this, CreateBinding(nominate));

    public byte[] CreateBinding(bool nominate = true)
    {
        byte[] buffer = new byte[512];
        var writer = new StunMessageWriter(buffer);
        Span<byte> transaction = stackalloc byte[12];
        _relay.Random.Fill(transaction);
        writer.WriteHeader(StunClass.Request, StunMethod.Binding, transaction);
        byte[] username = [.. Credentials.Ufrag, (byte)':', .. RemoteUfrag.Value];
        writer.AddUsername(username);
        writer.AddPriority(0x6e7f_1eff);
        writer.AddIceControlling(0x0102_0304_0506_0708);
        if (nominate)
        {
            writer.AddUseCandidate();
        }

        writer.AddMessageIntegrity(Credentials.Password);
        writer.AddFingerprint();
        return buffer[..writer.Length];
    }

    public void SendAudio(int bytes = 80) => _relay.FromPeer(this, SealAudio(bytes));

    /// <summary>Seals an audio packet without sending it.</summary>
    public byte[] SealAudio(int bytes = 80)
    {
        byte[] payload = new byte[bytes];
        Array.Fill(payload, _seed, 0, 8);
        byte[] datagram = SealMedia(
            Media.AudioPayloadType, AudioSsrc, AudioSequence, (uint)(AudioSequence * 960), marker: false, payload, Media.AudioMid);
        AudioSequence++;
        return datagram;
    }

    /// <summary>Sends one frame in packets of <see cref="VideoPayloadBytes"/>, 33 ms after the last one.</summary>
    public void SendFrame(bool keyframe, int packets = 2)
    {
        foreach (byte[] datagram in SealFrame(keyframe, packets))
        {
            _relay.FromPeer(this, datagram);
        }
    }

    /// <summary>Seals one frame without sending it, for a test that loses or reorders its packets.</summary>
    public List<byte[]> SealFrame(bool keyframe, int packets = 2)
    {
        List<byte[]> sealedPackets = [];
        for (int i = 0; i < packets; i++)
        {
            byte[] payload = CreateVp8Payload(keyframe, isFirst: i == 0);
            _sentVideo[VideoSequence] = (payload, VideoTimestamp, i == packets - 1);
            sealedPackets.Add(SealMedia(
                Media.VideoPayloadType, VideoSsrc, VideoSequence, VideoTimestamp, i == packets - 1, payload, Media.VideoMid));
            VideoSequence++;
        }

        VideoTimestamp += 3000;
        _pictureId = (ushort)((_pictureId + 1) & 0x7fff);
        _tl0++;
        return sealedPackets;
    }

    /// <summary>Sends a padding-only packet, as bandwidth probes do.</summary>
    public void SendPadding()
    {
        byte[] header = new byte[12];
        RtpHeaderWriter.Write(header, marker: false, Media.VideoPayloadType, VideoSequence, VideoTimestamp, VideoSsrc, hasExtension: false);
        RtpHeaderWriter.SetPadding(header, hasPadding: true);
        byte[] padding = new byte[200];
        padding[^1] = 200;
        SendRaw(header, padding);
        VideoSequence++;
    }

    /// <summary>Sends a padding-only packet of the retransmission stream, as browsers probe.</summary>
    public void SendProbe(byte bytes = 224)
    {
        byte[] header = new byte[12 + 12];
        RtpHeaderWriter.Write(header, marker: false, Media.RtxPayloadType, _rtxSequence++, VideoTimestamp, RtxSsrc, hasExtension: true);
        RtpHeaderWriter.SetPadding(header, hasPadding: true);
        HeaderExtensionWriter extensions = HeaderExtensionWriter.Begin(header.AsSpan(12), Media.UsesTwoByteExtensions);
        extensions.TryAdd(Media.MidExtensionId, Media.VideoMid);
        TransportCc.Number(ref extensions);
        byte[] padding = new byte[bytes];
        padding[^1] = bytes;
        SendRaw(header.AsSpan(0, 12 + extensions.Finish()), padding);
    }

    public byte[] SendRtcp(ReadOnlySpan<byte> compound)
    {
        byte[] datagram = SealRtcp(compound);
        _relay.FromPeer(this, datagram);
        return datagram;
    }

    public void RequestKeyframe()
    {
        byte[] pli = new byte[12];
        PliWriter.Write(pli, 1, 0x6d2c_b800u + _seed);
        SendRtcp(pli);
    }

    public void RequestRetransmission(params ushort[] sequences)
    {
        byte[] nack = new byte[NackWriter.GetMaxLength(sequences.Length)];
        int length = NackWriter.Write(nack, 1, 0x6d2c_b800u + _seed, sequences, out _);
        SendRtcp(nack.AsSpan(0, length));
    }

    public void SendSenderReport(NtpTimestamp ntp, uint ssrc, uint timestamp)
    {
        byte[] report = new byte[SenderReportWriter.GetLength(0)];
        SenderReportWriter.Write(report, ssrc, ntp, timestamp, 1, 1);
        SendRtcp(report);
    }

    /// <summary>Seals and sends any RTP packet.</summary>
    public byte[] SendRaw(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        byte[] datagram = Seal(header, payload);
        _relay.FromPeer(this, datagram);
        return datagram;
    }

    /// <summary>Seals any RTP packet.</summary>
    public byte[] Seal(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        byte[] output = new byte[header.Length + payload.Length + 64];
        _outbound.Protect(header, default, payload, output, out int length);
        return output[..length];
    }

    /// <summary>Seals any RTCP compound.</summary>
    public byte[] SealRtcp(ReadOnlySpan<byte> compound)
    {
        byte[] buffer = new byte[compound.Length + 64];
        compound.CopyTo(buffer);
        _outbound.ProtectRtcp(buffer, compound.Length, out int length);
        return buffer[..length];
    }

    /// <summary>Takes a datagram from the relay.</summary>
    public void HandleDatagram(byte[] datagram)
    {
        switch (DatagramClassifier.Classify(datagram))
        {
            case DatagramKind.Stun:
                ReceivedStun.Add(datagram);
                Plaintexts.Add(datagram);
                break;

            case DatagramKind.Rtp when _inbound.Unprotect(datagram, datagram, out int length) == default:
                RtpPacketReader.TryParse(datagram.AsSpan(0, length), out RtpPacketReader rtp);
                Received.Add(new ReceivedRtp(rtp, Media, _relay.Now));
                TransportCc.HandleArrival(rtp);
                Plaintexts.Add(datagram[..length]);
                break;

            case DatagramKind.Rtcp when _inbound.UnprotectRtcp(datagram, out int length) == default:
                ReceivedRtcp.Add(datagram[..length]);
                Plaintexts.Add(datagram[..length]);
                HandleRtcp(datagram.AsSpan(0, length));
                break;

            default:
                Rejected++;
                break;
        }
    }

    /// <summary>Sends a video packet again over RTX, asked for or not, if it was sent before.</summary>
    public void Retransmit(ushort sequence)
    {
        if (_sentVideo.ContainsKey(sequence))
        {
            _relay.FromPeer(this, SealRetransmission(sequence));
        }
    }

    /// <summary>Seals a video packet that was sent before once more, over RTX.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="payloadBytes">How much of its payload; all of it if left out.</param>
    public byte[] SealRetransmission(ushort sequence, int payloadBytes = int.MaxValue)
    {
        (byte[] payload, uint timestamp, bool marker) = _sentVideo[sequence];
        payload = payload[..Math.Min(payloadBytes, payload.Length)];
        byte[] header = new byte[12 + 12];
        bool isNumbered = Media.TransportCcExtensionId != 0;
        RtpHeaderWriter.Write(header, marker, Media.RtxPayloadType, _rtxSequence++, timestamp, RtxSsrc, hasExtension: isNumbered);
        HeaderExtensionWriter extensions = HeaderExtensionWriter.Begin(header.AsSpan(12), Media.UsesTwoByteExtensions);
        TransportCc.Number(ref extensions);
        byte[] original = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(original, sequence);
        return Seal(header.AsSpan(0, 12 + extensions.Finish()), [.. original, .. payload]);
    }

    /// <summary>Forgets all but the last received packets, for long runs.</summary>
    public void Forget(int keep)
    {
        if (Received.Count > 4 * keep)
        {
            Received.RemoveRange(0, Received.Count - keep);
            ReceivedRtcp.Clear();
            ReceivedStun.Clear();
            Plaintexts.Clear();
        }
    }

    public void Dispose()
    {
        _inbound.Dispose();
        _outbound.Dispose();
    }

    private byte[] CreateVp8Payload(bool keyframe, bool isFirst)
    {
        byte[] payload = new byte[VideoPayloadBytes];
        payload[0] = (byte)(0x80 | (isFirst ? 0x10 : 0));
        payload[1] = 0xc0;
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(2), (ushort)(0x8000 | _pictureId));
        payload[4] = _tl0;
        payload[5] = (byte)(keyframe ? 0 : 1);
        Encoding.ASCII.GetBytes($"from {_seed} {VideoSequence}", payload.AsSpan(20));
        return payload;
    }

    private byte[] SealMedia(byte payloadType, uint ssrc, ushort sequence, uint timestamp, bool marker, byte[] payload, byte[] mid)
    {
        byte[] header = new byte[12 + 48];
        RtpHeaderWriter.Write(header, marker, payloadType, sequence, timestamp, ssrc, hasExtension: true);
        HeaderExtensionWriter extensions = HeaderExtensionWriter.Begin(header.AsSpan(12), Media.UsesTwoByteExtensions);
        extensions.TryAdd(Media.MidExtensionId, mid);
        TransportCc.Number(ref extensions);
        if (Media.VideoOrientationExtensionId != 0 && payloadType == Media.VideoPayloadType)
        {
            extensions.TryAdd(Media.VideoOrientationExtensionId, [Media.VideoOrientation]);
        }

        return Seal(header.AsSpan(0, 12 + extensions.Finish()), payload);
    }

    private MediaParameters CreateVideoParameters(bool withMidOnly)
    {
        var video = new MediaParameters
        {
            Mid = new InlineText(Media.VideoMid),
            CanProduce = Media.CanProduce,
            CanConsume = Media.CanConsume,
            MidExtensionId = Media.MidExtensionId,
            AbsSendTimeExtensionId = Media.AbsSendTimeExtensionId,
            VideoOrientationExtensionId = Media.VideoOrientationExtensionId,
            TransportCcExtensionId = Media.TransportCcExtensionId,
            RemoteSsrc = withMidOnly ? 0 : VideoSsrc,
            RemoteRtxSsrc = withMidOnly ? 0 : RtxSsrc,
            LocalSsrc = 0x6d2c_b800u + _seed,
            LocalRtxSsrc = 0x7000_0000u + _seed,
        };
        video.Add(new CodecParameters
        {
            Codec = CodecKind.Vp8,
            PayloadType = Media.VideoPayloadType,
            RtxPayloadType = Media.RtxPayloadType,
            HasRtx = true,
            HasNack = true,
            HasPli = Media.HasPli,
            HasFir = true,
            HasRemb = true,
        });
        return video;
    }

    private void HandleRtcp(ReadOnlySpan<byte> compound)
    {
        RtcpCompoundReader.TryParse(compound, out RtcpCompoundReader reader);
        foreach (RtcpPacket packet in reader)
        {
            TransportCc.HandleRtcp(packet);
            if (PliReader.TryParse(packet, out _) == default || FirReader.TryParse(packet, out _) == default)
            {
                KeyframeRequests++;
                if (AnswersKeyframeRequests)
                {
                    SendFrame(keyframe: true);
                }
            }
            else if (NackReader.TryParse(packet, out NackReader nack) == default)
            {
                NacksReceived++;
                while (AnswersNacks && nack.TryReadNext(out ushort sequence))
                {
                    Retransmit(sequence);
                }
            }
        }
    }
}
