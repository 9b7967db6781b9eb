using Relay.Core.Buffers;
using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Sfu;
using Relay.Core.Srtp;
using Relay.Core.Tests.Ice;

namespace Relay.Core.Tests.Sfu;

/// <summary>A plain transport with an audio section, and the peer at its other end.</summary>
internal sealed class PlainLeg : IDisposable
{
    public const uint Ssrc = 0x1001;
    public const uint LocalSsrc = 0x9001;
    public const byte Opus = 111;

    public static readonly TransportAddress Home = TransportAddress.FromIPv4(0x7f000002, 5000);
    public static readonly TransportAddress Elsewhere = TransportAddress.FromIPv4(0x7f000003, 6000);

    private readonly SrtpProfile _profile;
    private readonly SrtpOutbound? _outbound;
    private readonly SrtpInbound? _inbound;

    public PlainLeg(SrtpProfile profile = SrtpProfile.AeadAes128Gcm, TransportAddress remote = default, TimeSpan timeout = default)
    {
        _profile = profile;
        Transmits = new TransmitQueue(Pool, 32);
        Context = new SfuContext(Pool, Transmits, new EngineCounters(), new SeededRandomSource(1), new SfuOptions(), 2);
        TransportParameters parameters = CreateParameters(profile, remote);
        parameters.Plain.Timeout = timeout;
        Transport = new PlainTransport(Context, 0, parameters, Now);
        if (profile != SrtpProfile.None)
        {
            _outbound = parameters.Plain.RemoteKey.CreateOutbound(profile);
            _inbound = parameters.Plain.LocalKey.CreateInbound(profile, 4);
        }
    }

    public PacketPool Pool { get; } = new(64, isChecked: true);

    public TransmitQueue Transmits { get; }

    public SfuContext Context { get; }

    public PlainTransport Transport { get; }

    public Instant Now { get; set; } = new(TimeSpan.FromHours(1).Ticks);

    public static TransportParameters CreateParameters(SrtpProfile profile, TransportAddress remote, uint ssrc = Ssrc)
    {
        var audio = new MediaParameters { CanProduce = true, CanConsume = true, RemoteSsrc = ssrc, LocalSsrc = LocalSsrc };
        audio.Add(new CodecParameters { Codec = CodecKind.Opus, PayloadType = Opus });
        var parameters = new TransportParameters { Audio = audio, Cname = new InlineText("relay"u8) };
        parameters.Plain.Profile = profile;
        parameters.Plain.Remote = remote;
        if (profile != SrtpProfile.None)
        {
            byte[] key = new byte[SrtpMasterKey.Length(profile)];
            SrtpMasterKey.TryCreate(profile, key, out parameters.Plain.LocalKey);
            key[0] = 1;
            SrtpMasterKey.TryCreate(profile, key, out parameters.Plain.RemoteKey);
        }

        return parameters;
    }

    /// <summary>Seals an audio packet as the peer does.</summary>
    public byte[] Seal(ushort sequence)
    {
        byte[] header = new byte[RtpHeaderWriter.Length];
        RtpHeaderWriter.Write(header, marker: false, Opus, sequence, sequence * 960u, Ssrc, hasExtension: false);
        if (_outbound is null)
        {
            return [.. header, 1, 2, 3];
        }

        byte[] datagram = new byte[64];
        _outbound.Protect(header, default, [1, 2, 3], datagram, out int length);
        return datagram[..length];
    }

    /// <summary>Seals an empty receiver report as the peer does.</summary>
    public byte[] SealReport()
    {
        byte[] report = new byte[64];
        int length = ReceiverReportWriter.Write(report, Ssrc, default);
        _outbound?.ProtectRtcp(report, length, out length);
        return report[..length];
    }

    public DropReason Receive(TransportAddress from, byte[] datagram) =>
        DatagramClassifier.Classify(datagram) == DatagramKind.Rtcp
            ? Transport.HandleRtcp(datagram, from, Now)
            : Transport.HandleRtp(datagram, from, Now);

    /// <summary>What the relay wants to send, opened.</summary>
    public List<(TransportAddress Remote, byte[] Packet)> Sent()
    {
        List<(TransportAddress, byte[])> sent = [];
        while (Transmits.TryDequeue(out Transmit transmit))
        {
            byte[] datagram = Pool.Span(transmit.Packet, transmit.Offset, transmit.Length).ToArray();
            Pool.Release(transmit.Packet, PacketOwner.Transmit);
            int length = datagram.Length;
            DropReason reason = _profile == SrtpProfile.None ? DropReason.None
                : DatagramClassifier.Classify(datagram) == DatagramKind.Rtcp ? _inbound!.UnprotectRtcp(datagram, out length)
                : _inbound!.Unprotect(datagram, datagram, out length);
            if (reason != DropReason.None)
            {
                throw new InvalidOperationException($"The peer could not open what the relay sent: {reason}.");
            }

            sent.Add((transmit.Remote, datagram[..length]));
        }

        return sent;
    }

    public void Dispose()
    {
        Transport.Close(CloseReason.Requested);
        Sent();
        _outbound?.Dispose();
        _inbound?.Dispose();
        if (Pool.InUse != 0)
        {
            throw new InvalidOperationException($"Leaked {Pool.InUse} slots.");
        }
    }
}
