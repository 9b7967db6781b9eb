using BenchmarkDotNet.Attributes;
using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Relay.Core.Srtp;
using Relay.Simulation;

namespace Relay.Bench.Benchmarks;

/// <summary>Opening one RTP packet by itself, out of place as the engine does; the packets are sealed ahead.</summary>
[InvocationCount(Packets)]
public class SrtpOpenBenchmarks
{
    private const int Packets = 1024;

    private readonly byte[] _header = new byte[RtpHeaderWriter.Length];
    private readonly byte[] _output = new byte[1500];
    private readonly byte[][] _packets = new byte[Packets][];
    private byte[] _payload = null!;
    private SrtpOutbound _outbound = null!;
    private SrtpInbound _inbound = null!;
    private ushort _sequence;
    private int _next;

    [Params(SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm, SrtpProfile.Aes128CmSha1_80)]
    public SrtpProfile Profile { get; set; }

    /// <summary>Bytes of payload.</summary>
    [Params(160, 1200)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _outbound = SrtpLegs.Create(Profile, isRelay: false).CreateOutbound();
        _inbound = SrtpLegs.Create(Profile, isRelay: true).CreateInbound();
        _payload = new byte[Size];
        RtpHeaderWriter.Write(_header, marker: false, SimulatedPeer.VideoPayloadType, _sequence, 90_000, 1, hasExtension: false);
    }

    [IterationSetup]
    public void Fill()
    {
        _next = 0;
        for (int i = 0; i < Packets; i++)
        {
            RtpHeaderWriter.SetSequenceNumber(_header, _sequence++);
            _outbound.Protect(_header, default, _payload, _output, out int length);
            _packets[i] = _output[..length];
        }
    }

    [Benchmark]
    public int Unprotect()
    {
        DropReason reason = _inbound.Unprotect(_packets[_next++], _output, out int length);
        return reason == DropReason.None ? length : throw new InvalidOperationException($"{reason}");
    }

    [GlobalCleanup]
    public void Close()
    {
        _outbound.Dispose();
        _inbound.Dispose();
    }
}
