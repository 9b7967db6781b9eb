using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>
/// What one receive call brings is handled as if each datagram had come alone, though the tags of AES-CM are computed for
/// all of them before.
/// </summary>
public sealed class BatchTests
{
    private const int DatagramsMax = 48;

    public static TheoryData<SrtpProfile, int> Runs
    {
        get
        {
            TheoryData<SrtpProfile, int> runs = new() { { SrtpProfile.AeadAes128Gcm, 1 } };
            for (int seed = 1; seed <= 6; seed++)
            {
                runs.Add(SrtpProfile.Aes128CmSha1_80, seed);
            }

            return runs;
        }
    }

    /// <summary>
    /// The same datagrams into two relays with the same seeds, into one together and into the other one by one: first packets
    /// of streams, wraps, forged, repeated and reordered ones, RTX, reports, checks, and a peer that leaves in between.
    /// </summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void Datagrams_together_fare_as_one_by_one(SrtpProfile profile, int seed)
    {
        using var together = new World(profile, seed);
        using var apart = new World(profile, seed);
        for (int round = 0; round < 40; round++)
        {
            List<(TransportAddress From, byte[] Bytes)> batch = together.NextBatch();
            List<(TransportAddress From, byte[] Bytes)> same = apart.NextBatch();
            Assert.Equal(batch.Select(d => d.Bytes), same.Select(d => d.Bytes));
            together.Relay.ReceiveBatch(batch);
            same.ForEach(datagram => apart.Relay.Receive(datagram.From, datagram.Bytes));
            together.Relay.Run(Frame);
            apart.Relay.Run(Frame);
            Assert.Equal(together.Sent, apart.Sent);
            Assert.Equal(Counts(together.Relay.Engine.Counters), Counts(apart.Relay.Engine.Counters));
            Assert.Equal(together.Relay.Events, apart.Relay.Events);
        }

        EngineCounters counters = together.Relay.Engine.Counters;
        Assert.True(counters.Forwarded > 200);
        Assert.True(counters.Dropped(DropReason.SrtpAuthenticationFailed) > 0);
        Assert.True(counters.Dropped(DropReason.SrtpReplayed) > 0);
        Assert.True(counters.Dropped(DropReason.UnknownFlow) > 0);
        Assert.All(together.Peers, peer => Assert.Equal(0, peer.Rejected));
    }

    private static long[] Counts(EngineCounters counters) =>
    [
        counters.Received, counters.Forwarded, counters.Consumed, counters.Transmitted, counters.Recovered,
        counters.Retransmitted, .. Enum.GetValues<DropReason>().Select(counters.Dropped),
    ];

    // Two pairs, and a network that mixes what they send.
    private sealed class World : IDisposable
    {
        private readonly Random _random;
        private readonly List<(TransportAddress From, byte[] Bytes)> _past = [];
        private int _round;

        public World(SrtpProfile profile, int seed)
        {
            _random = new Random(seed);
            Relay = new SimulatedRelay(profile, seed);
            Peers = [.. Enumerable.Range(0, 4).Select(i => new SimulatedPeer(Relay, i, 1, (byte)(i + 1)) { VideoPayloadBytes = 600 })];
            Pair(Relay, Peers[0], Peers[1]);
            Pair(Relay, Peers[2], Peers[3]);
            Relay.LosesDown = datagram =>
            {
                Sent.Add(datagram);
                return false;
            };
        }

        public SimulatedRelay Relay { get; }

        public SimulatedPeer[] Peers { get; }

        /// <summary>Everything that the relay has sent, in order.</summary>
        public List<byte[]> Sent { get; } = [];

        public List<(TransportAddress From, byte[] Bytes)> NextBatch()
        {
            _round++;
            List<(TransportAddress From, byte[] Bytes)> batch = [];
            foreach (SimulatedPeer peer in Peers)
            {
                batch.AddRange(NextOf(peer).Select(bytes => (peer.Address, bytes)));
            }

            int wanted = Math.Min(batch.Count, DatagramsMax);
            for (int i = 0; i < wanted; i++)
            {
                (TransportAddress from, byte[] bytes) = batch[i];
                switch (_random.Next(16))
                {
                    case 0:
                        bytes = (byte[])bytes.Clone();
                        bytes[_random.Next(bytes.Length)] ^= 1;
                        batch[i] = (from, bytes);
                        break;

                    case 1 when _past.Count > 0:
                        batch.Insert(i, _past[_random.Next(_past.Count)]);
                        break;

                    case 2:
                        int other = Math.Max(0, i - _random.Next(8));
                        (batch[i], batch[other]) = (batch[other], batch[i]);
                        break;

                    case 3:
                        batch.RemoveAt(i);
                        wanted = Math.Min(wanted, batch.Count);
                        break;

                    default:
                        _past.Add((from, bytes));
                        break;
                }
            }

            batch = batch[..wanted];
            if (_round == 25)
            {
                int middle = batch.FindLastIndex(d => d.From == Peers[3].Address && d.Bytes[0] >= 128);
                batch.Insert(middle, (Peers[3].Address, ScriptedDtls.Goodbye));
            }

            return batch;
        }

        public void Dispose()
        {
            foreach (SimulatedPeer peer in Peers)
            {
                peer.Dispose();
            }

            Relay.Dispose();
        }

        private List<byte[]> NextOf(SimulatedPeer peer)
        {
            if (_round % 13 == peer.Id.Slot)
            {
                // An encoder begins anew: the first packets of a stream, which may be just before a wrap.
                peer.VideoSsrc += 16;
                peer.VideoSequence = (ushort)(_random.Next(2) == 0 ? 65_535 : _random.Next(65_536));
            }

            List<byte[]> datagrams = peer.SealFrame(keyframe: _round % 5 == 0, packets: _random.Next(1, 9));
            datagrams.Insert(_random.Next(datagrams.Count), peer.SealAudio());
            if (_random.Next(3) == 0)
            {
                datagrams.Add(peer.SealRetransmission((ushort)(peer.VideoSequence - 1)));
            }

            if (_random.Next(4) == 0)
            {
                datagrams.Insert(0, peer.CreateBinding());
            }

            return datagrams;
        }
    }
}
