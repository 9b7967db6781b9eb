using System.Buffers.Binary;
using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Sfu;
using Relay.Core.Srtp;

namespace Relay.Core.Tests.Sfu;

/// <summary>One session of the relay and the peer at its other end, with real SRTP between them.</summary>
internal sealed class SfuLeg : IDisposable
{
    public const byte Opus = 111;
    public const byte Red = 63;
    public const byte Vp8 = 96;
    public const byte Rtx = 97;
    public const byte H264 = 102;
    public const byte H264Rtx = 103;

    private readonly SfuNetwork _network;
    private readonly byte[] _exported = new byte[SrtpProfiles.KeyingMaterialLength(SrtpProfile.AeadAes128Gcm)];
    private readonly SrtpInbound _inbound;
    private readonly SrtpOutbound _outbound;

    public SfuLeg(SfuNetwork network, int number, bool withKeys, bool hasVideo, byte opus = Opus, bool hasRed = true)
    {
        _network = network;
        Address = TransportAddress.FromIPv4((uint)number, 1000);
        AudioSsrc = 0x100u + (uint)number;
        VideoSsrc = 0x200u + (uint)number;
        RtxSsrc = 0x300u + (uint)number;
        Audio = new MediaParameters
        {
            Mid = new InlineText("0"u8),
            MidExtensionId = 4,
            CanProduce = true,
            CanConsume = true,
            RemoteSsrc = AudioSsrc,
            LocalSsrc = 0x400u + (uint)number,
        };
        Audio.Add(new CodecParameters { Codec = CodecKind.Opus, PayloadType = opus });
        if (hasRed)
        {
            Audio.Add(new CodecParameters { Codec = CodecKind.Red, PayloadType = Red });
        }

        if (hasVideo)
        {
            Video = CreateVideo(number);
        }

        Session = new RtpSession(network.Context, number - 1, Audio, Video, new InlineText("relay"u8));
        new Random(number).NextBytes(_exported);
        var keys = new SrtpKeyingMaterial(SrtpProfile.AeadAes128Gcm, _exported, isDtlsServer: false);
        _inbound = keys.CreateInbound();
        _outbound = keys.CreateOutbound();
        if (withKeys)
        {
            Session.Remote = Address;
            GiveKeys();
        }
    }

    public RtpSession Session { get; }

    public TransportAddress Address { get; }

    public MediaParameters Audio;

    public MediaParameters Video;

    public uint AudioSsrc { get; }

    public uint VideoSsrc { get; set; }

    public uint RtxSsrc { get; }

    public List<byte[]> Rtp { get; } = [];

    public List<byte[]> Rtcp { get; } = [];

    public void GiveKeys()
    {
        var keys = new SrtpKeyingMaterial(SrtpProfile.AeadAes128Gcm, _exported, isDtlsServer: true);
        Session.HandleKeys(keys.CreateInbound(), keys.CreateOutbound(), _network.Now);
    }

    public DropReason SendAudio(ushort sequence) => Send(Opus, AudioSsrc, sequence, (uint)(sequence * 960), [1, 2, 3]);

    /// <summary>One VP8 packet that is a frame by itself, its picture id in long form taken from the sequence number.</summary>
    public DropReason SendVideo(ushort sequence, bool keyframe = false) => Send(
        Vp8, VideoSsrc, sequence, (uint)(sequence * 3000), CreateVp8(sequence, keyframe));

    public DropReason SendRtx(ushort rtxSequence, ushort original, bool keyframe = false)
    {
        byte[] prefix = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(prefix, original);
        return Send(Rtx, RtxSsrc, rtxSequence, (uint)(original * 3000), [.. prefix, .. CreateVp8(original, keyframe)]);
    }

    public DropReason Send(byte payloadType, uint ssrc, ushort sequence, uint timestamp, byte[] payload)
    {
        byte[] header = new byte[RtpHeaderWriter.Length];
        RtpHeaderWriter.Write(header, marker: true, payloadType, sequence, timestamp, ssrc, hasExtension: false);
        byte[] datagram = new byte[header.Length + payload.Length + 32];
        _outbound.Protect(header, default, payload, datagram, out int length);
        return Settle(Session.HandleRtp(datagram.AsSpan(0, length), _network.Now));
    }

    public DropReason SendRtcp(ReadOnlySpan<byte> compound)
    {
        byte[] datagram = new byte[compound.Length + 64];
        compound.CopyTo(datagram);
        _outbound.ProtectRtcp(datagram, compound.Length, out int length);
        return Settle(Session.HandleRtcp(datagram.AsSpan(0, length), _network.Now));
    }

    public DropReason SendNack(params ushort[] sequences)
    {
        byte[] nack = new byte[NackWriter.GetMaxLength(sequences.Length)];
        int length = NackWriter.Write(nack, 1, Video.LocalSsrc, sequences, out _);
        return SendRtcp(nack.AsSpan(0, length));
    }

    /// <summary>Takes a datagram that the relay sent to this leg's peer.</summary>
    public void Take(byte[] datagram, DatagramKind kind)
    {
        int length;
        DropReason reason = kind == DatagramKind.Rtp
            ? _inbound.Unprotect(datagram, datagram, out length)
            : _inbound.UnprotectRtcp(datagram, out length);
        if (reason != DropReason.None)
        {
            throw new InvalidOperationException($"The peer could not open what the relay sent: {reason}.");
        }

        (kind == DatagramKind.Rtp ? Rtp : Rtcp).Add(datagram[..length]);
    }

    /// <summary>Sequence numbers of the packets of this payload type, in the order of arrival.</summary>
    public List<ushort> Sequences(byte payloadType) => [.. Rtp
        .Where(p => (p[1] & 0x7f) == payloadType)
        .Select(p => BinaryPrimitives.ReadUInt16BigEndian(p.AsSpan(2)))];

    /// <summary>How many RTCP packets of this type and format arrived.</summary>
    public int CountRtcp(RtcpPacketType type, byte format)
    {
        int count = 0;
        foreach (byte[] compound in Rtcp)
        {
            if (RtcpCompoundReader.TryParse(compound, out RtcpCompoundReader reader) != DropReason.None)
            {
                throw new InvalidOperationException("The relay sent a malformed compound.");
            }

            foreach (RtcpPacket packet in reader)
            {
                count += packet.Type == type && packet.Count == format ? 1 : 0;
            }
        }

        return count;
    }

    public int CountKeyframeRequests() => CountRtcp(RtcpPacketType.PayloadFeedback, FeedbackFormat.PictureLossIndication);

    public void Dispose()
    {
        Session.Close();
        _inbound.Dispose();
        _outbound.Dispose();
    }

    private DropReason Settle(DropReason reason)
    {
        _network.Settle();
        return reason;
    }

    private static byte[] CreateVp8(ushort sequence, bool keyframe) =>
        [0x90, 0xc0, (byte)(0x80 | ((sequence >> 8) & 0x7f)), (byte)sequence, (byte)sequence, (byte)(keyframe ? 0 : 1), 9, 9];

    private MediaParameters CreateVideo(int number)
    {
        var video = new MediaParameters
        {
            Mid = new InlineText("1"u8),
            MidExtensionId = 4,
            CanProduce = true,
            CanConsume = true,
            RemoteSsrc = VideoSsrc,
            RemoteRtxSsrc = RtxSsrc,
            LocalSsrc = 0x500u + (uint)number,
            LocalRtxSsrc = 0x600u + (uint)number,
        };
        video.Add(new CodecParameters
        {
            Codec = CodecKind.Vp8,
            PayloadType = Vp8,
            RtxPayloadType = Rtx,
            HasRtx = true,
            HasNack = true,
            HasPli = true,
            HasFir = true,
            HasRemb = true,
        });
        video.Add(new CodecParameters
        {
            Codec = CodecKind.H264,
            PayloadType = H264,
            RtxPayloadType = H264Rtx,
            HasRtx = true,
            HasNack = true,
            HasPli = true,
        });
        return video;
    }
}
