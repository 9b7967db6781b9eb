using BenchmarkDotNet.Attributes;
using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Relay.Core.Srtp;
using Relay.Simulation;

namespace Relay.Bench.Benchmarks;

/// <summary>Sealing one RTP packet by itself: each call has the next sequence number.</summary>
public class SrtpSealBenchmarks
{
    private readonly byte[] _header = new byte[RtpHeaderWriter.Length];
    private readonly byte[] _output = new byte[1500];
    private byte[] _payload = null!;
    private SrtpOutbound _outbound = null!;
    private ushort _sequence;

    [Params(SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm, SrtpProfile.Aes128CmSha1_80)]
    public SrtpProfile Profile { get; set; }

    /// <summary>Bytes of payload.</summary>
    [Params(160, 1200)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _outbound = SrtpLegs.Create(Profile, isRelay: false).CreateOutbound();
        _payload = new byte[Size];
        RtpHeaderWriter.Write(_header, marker: false, SimulatedPeer.VideoPayloadType, _sequence, 90_000, 1, hasExtension: false);
    }

    [Benchmark]
    public int Seal()
    {
        RtpHeaderWriter.SetSequenceNumber(_header, _sequence++);
        DropReason reason = _outbound.Protect(_header, default, _payload, _output, out int length);
        return reason == DropReason.None ? length : throw new InvalidOperationException($"{reason}");
    }

    [GlobalCleanup]
    public void Close() => _outbound.Dispose();
}
