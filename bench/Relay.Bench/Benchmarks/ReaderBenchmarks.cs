using BenchmarkDotNet.Attributes;
using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Srtp;
using Relay.Core.Stun;
using Relay.Simulation;

namespace Relay.Bench.Benchmarks;

/// <summary>Wire formats, each read as the engine reads it.</summary>
public class ReaderBenchmarks
{
    private readonly byte[] _rtp = new byte[1200];
    private readonly byte[] _rtcp = new byte[512];
    private int _rtcpLength;
    private byte[] _vp8 = null!;
    private byte[] _stun = null!;
    private byte[] _password = null!;

    [GlobalSetup]
    public void Write()
    {
        RtpHeaderWriter.Write(_rtp, marker: true, SimulatedPeer.VideoPayloadType, 7, 90_000, 1, hasExtension: true);
        HeaderExtensionWriter extensions = HeaderExtensionWriter.Begin(_rtp.AsSpan(RtpHeaderWriter.Length), twoByte: false);
        extensions.TryAdd(SimulatedPeer.MidExtensionId, "1"u8);
        extensions.TryAdd(2, [1, 2, 3]);
        extensions.TryAdd(3, [1, 2]);
        extensions.Finish();

        // A sender's usual compound, with a NACK behind it.
        ReportBlock block = new(1, 3, 10, 70_000, 99, 12_345, 6000);
        _rtcpLength = SenderReportWriter.Write(_rtcp, 1, new NtpTimestamp(1UL << 40), 90_000, 100, 100_000, [block]);
        _rtcpLength += SdesWriter.WriteCname(_rtcp.AsSpan(_rtcpLength), 1, "cname"u8);
        _rtcpLength += NackWriter.Write(_rtcp.AsSpan(_rtcpLength), 1, 2, [100, 101, 107, 200], out _);

        // X, S; I, L, T and K; a picture id of 15 bits, TL0PICIDX, TID and KEYIDX; the first byte of an inter frame.
        _vp8 = [0x90, 0xf0, 0x92, 0x34, 0x05, 0x20, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0];

        using var relay = new SimulatedRelay(SrtpProfile.AeadAes128Gcm);
        using var peer = new SimulatedPeer(relay, 0, 1, 1);
        _stun = peer.CreateBinding();
        _password = peer.Credentials.Password.ToArray();
    }

    [Benchmark]
    public int RtpPacket()
    {
        Require(RtpPacketReader.TryParse(_rtp, out RtpPacketReader rtp));
        return rtp.SequenceNumber + rtp.PayloadLength;
    }

    [Benchmark]
    public int HeaderExtensions()
    {
        Require(RtpPacketReader.TryParse(_rtp, out RtpPacketReader rtp));
        HeaderExtensionReader extensions = rtp.Extensions;
        int bytes = 0;
        while (extensions.TryReadNext(out _, out ReadOnlySpan<byte> value))
        {
            bytes += value.Length;
        }

        return bytes;
    }

    [Benchmark]
    public int RtcpCompound()
    {
        Require(RtcpCompoundReader.TryParse(_rtcp.AsSpan(0, _rtcpLength), out RtcpCompoundReader compound));
        int found = 0;
        foreach (RtcpPacket packet in compound)
        {
            switch (packet.Type)
            {
                case RtcpPacketType.SenderReport:
                    Require(SenderReportReader.TryParse(packet, out SenderReportReader report));
                    found += report.GetReportBlock(0).FractionLost;
                    break;

                case RtcpPacketType.TransportFeedback:
                    Require(NackReader.TryParse(packet, out NackReader nack));
                    while (nack.TryReadNext(out ushort sequence))
                    {
                        found += sequence;
                    }

                    break;

                default:
                    break;
            }
        }

        return found;
    }

    [Benchmark]
    public int Vp8Descriptor()
    {
        Require(Vp8PayloadDescriptor.TryParse(_vp8, out Vp8PayloadDescriptor descriptor));
        return descriptor.PictureId + descriptor.Length;
    }

    [Benchmark]
    public int StunMessage()
    {
        Require(StunMessageReader.TryParse(_stun, out StunMessageReader message));
        return message.Username.Length;
    }

    [Benchmark]
    public int StunMessageWithIntegrity()
    {
        Require(StunMessageReader.TryParse(_stun, out StunMessageReader message));
        return message.VerifyIntegrity(_password) ? 1 : throw new InvalidOperationException("The integrity is wrong.");
    }

    private static void Require(DropReason reason)
    {
        if (reason != DropReason.None)
        {
            throw new InvalidOperationException($"{reason}");
        }
    }
}
