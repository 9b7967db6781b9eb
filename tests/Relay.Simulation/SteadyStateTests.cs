using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>The bar of the packet path: what flows allocates nothing.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class SteadyStateTests(ITestOutputHelper output)
{
    private const int PacketsMin = 100_000;
    private const int WarmUpRounds = 200;

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AeadAes256Gcm)]
    [InlineData(SrtpProfile.Aes128CmSha1_80)]
    public void Steady_state_forwarding_allocates_nothing(SrtpProfile profile)
    {
        using var relay = new SimulatedRelay(profile);
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 60, a, b);
        a.AnswersKeyframeRequests = false;
        b.AnswersKeyframeRequests = false;
        var line = new Line(relay, a, b);
        for (int i = 0; i < WarmUpRounds; i++)
        {
            line.Round(i);
        }

        EngineCounters counters = relay.Engine.Counters;
        long forwarded = counters.Forwarded;
        long recovered = counters.Recovered;
        long retransmitted = counters.Retransmitted;
        line.Allocated = 0;
        line.Packets = 0;
        for (int i = 0; line.Packets < PacketsMin; i++)
        {
            line.Round(i);
        }

        Assert.Equal(0, a.Rejected + b.Rejected);
        Assert.True(counters.Forwarded - forwarded >= PacketsMin * 9 / 10, "most of it was forwarded media");
        Assert.True(counters.Recovered > recovered, "loss was repaired meanwhile");
        Assert.True(counters.Retransmitted > retransmitted, "NACKs were answered meanwhile");
        Assert.Equal(counters.Received, counters.Forwarded + counters.Consumed + counters.DroppedTotal());
        string verdict = line.Allocated == 0 ? "pass" : "fail";
        string result = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"alloc: {(double)line.Allocated / line.Packets:0.###} bytes per packet over {line.Packets} packets (bar: 0) {verdict} [{profile}]");
        output.WriteLine(result);
        Console.Out.WriteLine(result);
        Assert.Equal(0, line.Allocated);
    }

    /// <summary>Two peers on a line without delay; only what happens inside the engine's calls is measured.</summary>
    private sealed class Line(SimulatedRelay relay, SimulatedPeer a, SimulatedPeer b)
    {
        private Instant _now = relay.Now;

        public long Allocated { get; set; }

        public long Packets { get; set; }

        /// <summary>33 ms: a frame and audio each way; now and then loss, NACKs, reports and checks.</summary>
        public void Round(int round)
        {
            foreach (SimulatedPeer peer in new[] { a, b })
            {
                List<byte[]> frame = peer.SealFrame(keyframe: false, packets: 8);
                bool losesOne = round % 20 == 10;
                for (int i = 0; i < frame.Count; i++)
                {
                    if (!losesOne || i != 3)
                    {
                        Receive(peer, frame[i]);
                    }
                }

                if (losesOne)
                {
                    Receive(peer, peer.SealRetransmission((ushort)(peer.VideoSequence - 5)));
                }

                Receive(peer, peer.SealAudio());
                Receive(peer, peer.SealAudio());
                SendControl(peer, round);
            }

            Instant end = _now + Frame;
            while (relay.Engine.NextTimeout <= end)
            {
                _now = Latest(_now, relay.Engine.NextTimeout);
                long before = GC.GetAllocatedBytesForCurrentThread();
                relay.Engine.HandleTimeout(_now);
                Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                Drain();
            }

            _now = end;
        }

        private static Instant Latest(Instant left, Instant right) => left > right ? left : right;

        private void SendControl(SimulatedPeer peer, int round)
        {
            uint local = peer == a ? 0x6d2c_b801u : 0x6d2c_b802u;
            if (round % 30 == 0)
            {
                byte[] report = new byte[SenderReportWriter.GetLength(1)];
                var block = new ReportBlock(local, 3, 10, 70_000, 99, NtpTimestamp.FromInstant(_now).Middle32 - 9000, 6000);
                SenderReportWriter.Write(
                    report, peer.VideoSsrc, NtpTimestamp.FromInstant(_now), peer.VideoTimestamp, 1, 1, [block]);
                Receive(peer, peer.SealRtcp(report));
                byte[] remb = new byte[RembWriter.GetLength(1)];
                RembWriter.Write(remb, 1, 2_000_000, [local]);
                Receive(peer, peer.SealRtcp(remb));
            }

            if (round % 15 == 7)
            {
                ushort last = peer.Video.Last().Sequence;
                byte[] nack = new byte[NackWriter.GetMaxLength(3)];
                int length = NackWriter.Write(nack, 1, local, [last, (ushort)(last - 3), (ushort)(last - 9)], out _);
                Receive(peer, peer.SealRtcp(nack.AsSpan(0, length)));
                byte[] pli = new byte[12];
                PliWriter.Write(pli, 1, local);
                Receive(peer, peer.SealRtcp(pli));
            }

            if (round % 60 == 0)
            {
                Receive(peer, peer.CreateBinding());
            }
        }

        private void Receive(SimulatedPeer from, byte[] datagram)
        {
            datagram.CopyTo(relay.Slab.Buffer(0));
            var received = new Received { Offset = relay.Slab.OffsetOf(0), Length = datagram.Length, Remote = from.Address };
            long before = GC.GetAllocatedBytesForCurrentThread();
            relay.Engine.HandleDatagrams(new ReadOnlySpan<Received>(in received), _now);
            Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            Packets++;
            Drain();
        }

        private void Drain()
        {
            while (true)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                bool isTaken = relay.Engine.TryDequeueTransmit(out Transmit transmit);
                Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                if (!isTaken)
                {
                    break;
                }

                // The peer opens everything, so what was forwarded is known to be good; it keeps the last to ask for again.
                SimulatedPeer to = transmit.Remote == a.Address ? a : b;
                to.Forget(keep: 32);
                to.HandleDatagram(relay.Pool.Span(transmit.Packet, transmit.Offset, transmit.Length).ToArray());
                relay.Pool.Release(transmit.Packet, PacketOwner.Transmit);
            }

            long start = GC.GetAllocatedBytesForCurrentThread();
            relay.Engine.TryDequeueEvent(out _);
            Allocated += GC.GetAllocatedBytesForCurrentThread() - start;
        }
    }
}
