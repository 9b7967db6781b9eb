using Relay.Core.Diagnostics;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

public class SrtpBatchTests
{
    private const SrtpProfile Cm = SrtpProfile.Aes128CmSha1_80;

    /// <summary>Sixteen lanes, eight, and none; where the processor lacks one, the next takes its place.</summary>
    public static TheoryData<int> Widths => [Sha1Lanes.Wide, Sha1Lanes.Narrow, 0];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Tags_written_by_a_flush_are_those_written_at_once(int lanes)
    {
        SrtpBatch batch = new(lanes);
        using PinnedPackets packets = new(40);
        Random random = new(lanes);
        SrtpOutbound[] alone = [.. Enumerable.Range(0, 5).Select(i => Sender(i, null))];
        SrtpOutbound[] together = [.. Enumerable.Range(0, 5).Select(i => Sender(i, batch))];
        int sequence = 65_000;
        for (int count = 1; count <= 40; count++)
        {
            List<byte[]> expected = [];
            for (int slot = 0; slot < count; slot++)
            {
                int session = random.Next(together.Length);
                byte[] plain = RtpPacket(sequence++, random.Next(1600));
                expected.Add(Protect(alone[session], plain));
                DropReason reason = together[session].Protect(
                    plain.AsSpan(0, 12), default, plain.AsSpan(12), packets[slot], out int length);
                Assert.Equal(DropReason.None, reason);
                Assert.Equal(expected[slot].Length, length);
            }

            Assert.Equal(batch.ForecastsMin == int.MaxValue ? 0 : count, batch.WaitingTags);
            batch.FlushTags();
            Assert.Equal(0, batch.WaitingTags);
            for (int slot = 0; slot < count; slot++)
            {
                Assert.Equal(expected[slot], packets[slot][..expected[slot].Length]);
            }
        }

        Dispose([.. alone, .. together]);
    }

    [Fact]
    public void What_waits_under_keys_gets_its_tag_before_they_are_cleared()
    {
        SrtpBatch batch = new();
        using PinnedPackets packets = new(1);
        using SrtpInbound inbound = Inbound(Cm);
        byte[] plain = RtpPacket(1, 300);
        SrtpOutbound outbound = Sender(0, batch);
        outbound.Protect(plain.AsSpan(0, 12), default, plain.AsSpan(12), packets[0], out int length);
        outbound.Dispose();
        Assert.Equal(0, batch.WaitingTags);
        Assert.Equal(DropReason.None, Unprotect(inbound, packets[0][..length].ToArray()));
    }

    [Fact]
    public void Rtcp_and_gcm_do_not_wait()
    {
        SrtpBatch batch = new();
        using SrtpOutbound cm = Sender(0, batch);
        using SrtpInbound cmIn = Inbound(Cm);
        Assert.Equal(DropReason.None, UnprotectRtcp(cmIn, ProtectRtcp(cm, RtcpPacket()), out _));

        const SrtpProfile Gcm = SrtpProfile.AeadAes128Gcm;
        using SrtpOutbound gcm = new(Gcm, MasterKey(Gcm), MasterSalt(Gcm), batch: batch);
        using SrtpInbound gcmIn = new(Gcm, MasterKey(Gcm), MasterSalt(Gcm), batch: batch);
        Assert.Equal(DropReason.None, Unprotect(gcmIn, Protect(gcm, RtpPacket(1))));
        Assert.Equal(0, batch.WaitingTags);
        Assert.Equal(0, batch.InboundCount);
    }

    /// <summary>
    /// The same packets into two receivers of each of three senders, to one with forecasts and to the other without: lost,
    /// repeated, reordered, forged, short, over a wrap, from new streams and from one stream too many.
    /// </summary>
    [Theory]
    [MemberData(nameof(Widths))]
    public void Packets_fare_the_same_with_forecasts_as_without(int lanes)
    {
        SrtpBatch batch = new(lanes);
        using PinnedPackets packets = new(SrtpBatch.ForecastsMax);
        using PinnedPackets opened = new(1);
        Random random = new(lanes);
        HashSet<DropReason> seen = [];
        for (int round = 0; round < 100; round++)
        {
            Senders senders = new(random);
            SrtpInbound[] alone = [.. Enumerable.Range(0, Senders.Count).Select(i => Receiver(i, null))];
            SrtpInbound[] together = [.. Enumerable.Range(0, Senders.Count).Select(i => Receiver(i, batch))];
            for (int turn = 0; turn < 4; turn++)
            {
                List<(int Sender, byte[] Packet)> arrived = senders.Next(random.Next(1, SrtpBatch.ForecastsMax + 1));
                for (int i = 0; i < arrived.Count; i++)
                {
                    together[arrived[i].Sender].Forecast(packets.Put(i, arrived[i].Packet));
                }

                batch.ComputeForecasts();
                for (int i = 0; i < arrived.Count; i++)
                {
                    (int sender, byte[] packet) = arrived[i];
                    DropReason expected = Unprotect(alone[sender], packet, out byte[] plain);
                    DropReason actual = together[sender].Unprotect(packets[i][..packet.Length], opened[0], out int length);
                    Assert.Equal(expected, actual);
                    Assert.Equal(plain, opened[0][..length]);
                    Assert.Equal(alone[sender].StreamCount, together[sender].StreamCount);
                    seen.Add(actual);
                }

                batch.ClearForecasts();
            }

            Dispose([.. alone, .. together, .. senders.Contexts]);
        }

        Assert.Superset(
            new HashSet<DropReason>
            {
                DropReason.None, DropReason.SrtpTruncated, DropReason.SrtpAuthenticationFailed, DropReason.SrtpReplayed,
                DropReason.SrtpTooOld, DropReason.SrtpTooManyStreams,
            },
            seen);
        Assert.Equal(batch.ForecastsMin != int.MaxValue, batch.ForecastsTaken > 1000);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void No_mutated_packet_is_taken(int lanes)
    {
        SrtpBatch batch = new(lanes);
        using PinnedPackets packets = new(SrtpBatch.ForecastsMax);
        using PinnedPackets opened = new(1);
        using SrtpOutbound outbound = Sender(0, null);
        using SrtpInbound inbound = Receiver(0, batch);
        byte[] packet = Protect(outbound, RtpPacket(7, 90));
        int bits = packet.Length * 8;
        for (int first = 0; first < bits; first += SrtpBatch.ForecastsMax)
        {
            int count = Math.Min(SrtpBatch.ForecastsMax, bits - first);
            for (int i = 0; i < count; i++)
            {
                byte[] mutated = (byte[])packet.Clone();
                mutated[(first + i) / 8] ^= (byte)(1 << ((first + i) % 8));
                inbound.Forecast(packets.Put(i, mutated));
            }

            batch.ComputeForecasts();
            for (int i = 0; i < count; i++)
            {
                Assert.NotEqual(DropReason.None, inbound.Unprotect(packets[i][..packet.Length], opened[0], out _));
            }

            batch.ClearForecasts();
        }

        Assert.Equal(0, inbound.StreamCount);
        Assert.Equal(DropReason.None, Unprotect(inbound, packet));
    }

    [Fact]
    public void A_forecast_is_taken_only_by_the_same_key_bytes_and_counter()
    {
        SrtpBatch batch = new();
        if (batch.ForecastsMin == int.MaxValue)
        {
            return;
        }

        using PinnedPackets packets = new(SrtpBatch.ForecastsMax);
        using HmacSha1 key = new([1]);
        using HmacSha1 otherKey = new([1]);
        byte[] tag = new byte[HmacSha1Batch.TagBytes];
        for (int i = 0; i < batch.ForecastsMin; i++)
        {
            batch.AddForecast(key, packets[i][..100], 5);
        }

        batch.ComputeForecasts();
        Assert.False(batch.TryTakeForecast(otherKey, packets[0][..100], 5, tag));
        Assert.False(batch.TryTakeForecast(key, packets[0][..99], 5, tag));
        Assert.False(batch.TryTakeForecast(key, packets[0][..100], 6, tag));
        Assert.False(batch.TryTakeForecast(key, packets[batch.ForecastsMin][..100], 5, tag));
        Assert.True(batch.TryTakeForecast(key, packets[0][..100], 5, tag));
        Assert.True(batch.TryTakeForecast(key, packets[2][..100], 5, tag));
        Assert.False(batch.TryTakeForecast(key, packets[1][..100], 5, tag));
        batch.ClearForecasts();
        Assert.False(batch.TryTakeForecast(key, packets[3][..100], 5, tag));
    }

    [Fact]
    public void Too_few_forecasts_and_too_many_are_left_out()
    {
        SrtpBatch batch = new();
        using PinnedPackets packets = new(SrtpBatch.ForecastsMax + 1);
        using HmacSha1 key = new([1]);
        batch.AddForecast(key, packets[0][..100], 5);
        batch.ComputeForecasts();
        Assert.False(batch.HasForecasts);

        byte[] tag = new byte[HmacSha1Batch.TagBytes];
        for (int i = 0; i <= SrtpBatch.ForecastsMax; i++)
        {
            batch.AddForecast(key, packets[i][..100], 5);
        }

        batch.ComputeForecasts();
        Assert.False(batch.TryTakeForecast(key, packets[SrtpBatch.ForecastsMax][..100], 5, tag));
    }

    [Fact]
    public void Contexts_are_counted_while_they_live()
    {
        SrtpBatch batch = new();
        SrtpInbound inbound = Receiver(0, batch);
        Assert.Equal(1, batch.InboundCount);
        inbound.Dispose();
        inbound.Dispose();
        Assert.Equal(0, batch.InboundCount);
    }

    [Fact]
    public void A_batch_allocates_nothing()
    {
        SrtpBatch batch = new();
        using PinnedPackets packets = new(32);
        using PinnedPackets opened = new(1);
        using SrtpOutbound outbound = Sender(0, batch);
        using SrtpInbound inbound = Receiver(0, batch);
        byte[] plain = RtpPacket(1, 1000);
        int[] lengths = new int[32];
        ushort sequence = 1;
        long allocated = 0;
        for (int turn = 0; turn < 100; turn++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < lengths.Length; i++)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(plain.AsSpan(2), sequence++);
                outbound.Protect(plain.AsSpan(0, 12), default, plain.AsSpan(12), packets[i], out lengths[i]);
            }

            batch.FlushTags();
            for (int i = 0; i < lengths.Length; i++)
            {
                inbound.Forecast(packets[i][..lengths[i]]);
            }

            batch.ComputeForecasts();
            bool all = true;
            for (int i = 0; i < lengths.Length; i++)
            {
                all &= inbound.Unprotect(packets[i][..lengths[i]], opened[0], out _) == DropReason.None;
            }

            batch.ClearForecasts();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(all);
        }

        Assert.Equal(0, allocated);
    }

    private static byte[] Key(int session)
    {
        byte[] key = MasterKey(Cm);
        key[0] += (byte)session;
        return key;
    }

    private static SrtpOutbound Sender(int session, SrtpBatch? batch) => new(Cm, Key(session), MasterSalt(Cm), batch: batch);

    private static SrtpInbound Receiver(int session, SrtpBatch? batch) => new(Cm, Key(session), MasterSalt(Cm), 4, batch);

    private static void Dispose(IEnumerable<IDisposable> contexts)
    {
        foreach (IDisposable context in contexts)
        {
            context.Dispose();
        }
    }

    // What peers and the network between do to streams of packets.
    private sealed class Senders
    {
        public const int Count = 3;

        private const int Streams = 5;

        private readonly Random _random;
        private readonly int[,] _next = new int[Count, Streams];
        private readonly List<(int Sender, byte[] Packet)> _sent = [];

        public Senders(Random random)
        {
            _random = random;
            Contexts = [.. Enumerable.Range(0, Count).Select(i => Sender(i, null))];
            for (int sender = 0; sender < Count; sender++)
            {
                for (int stream = 0; stream < Streams; stream++)
                {
                    _next[sender, stream] = random.Next(3) == 0 ? random.Next(65_500, 65_536) : random.Next(65_536);
                }
            }
        }

        public SrtpOutbound[] Contexts { get; }

        public List<(int Sender, byte[] Packet)> Next(int count)
        {
            List<(int Sender, byte[] Packet)> arrived = [];
            while (arrived.Count < count)
            {
                (int Sender, byte[] Packet) next = _sent.Count > 0 && _random.Next(8) == 0
                    ? _sent[_random.Next(_sent.Count)]
                    : Seal();
                int fate = _random.Next(20);
                if (fate == 0)
                {
                    continue;
                }

                if (fate <= 2)
                {
                    next.Packet = (byte[])next.Packet.Clone();
                    next.Packet[_random.Next(next.Packet.Length)] ^= (byte)(1 << _random.Next(8));
                }
                else if (fate == 3)
                {
                    next.Packet = next.Packet[.._random.Next(next.Packet.Length)];
                }

                arrived.Insert(Math.Max(0, arrived.Count - (_random.Next(4) == 0 ? _random.Next(6) : 0)), next);
            }

            return arrived;
        }

        private (int Sender, byte[] Packet) Seal()
        {
            int sender = _random.Next(Count);
            int stream = Math.Min(_random.Next(Streams + 8), _random.Next(Streams));
            int sequence = _next[sender, stream];
            int ahead = _random.Next(30) == 0 ? _random.Next(1, 900) : 1;
            if (_random.Next(40) == 0)
            {
                // More than half a turn is lost, which a sender gets over in two steps.
                Protect(Contexts[sender], RtpPacket((ushort)(sequence + 25_000), 10, Ssrc + (uint)stream));
                sequence += 50_000;
            }

            _next[sender, stream] = sequence + ahead;
            int payload = _random.Next(3) == 0 ? _random.Next(200) : 1100;
            byte[] plain = RtpPacket((ushort)sequence, payload, Ssrc + (uint)stream);
            (int Sender, byte[] Packet) sealedPacket = (sender, Protect(Contexts[sender], plain));
            _sent.Add(sealedPacket);
            return sealedPacket;
        }
    }
}
