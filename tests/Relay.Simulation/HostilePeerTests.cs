using System.Buffers.Binary;
using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>What a peer with valid keys can do to its partner, to the next one, and to the relay.</summary>
public sealed class HostilePeerTests : IDisposable
{
    private readonly SimulatedRelay _relay = new();
    private readonly SimulatedPeer _a;
    private readonly SimulatedPeer _b;

    public HostilePeerTests()
    {
        _a = new SimulatedPeer(_relay, 0, 1, 1);
        _b = new SimulatedPeer(_relay, 1, 1, 2);
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _relay.Dispose();
    }

    [Fact]
    public void Nacks_cannot_make_the_relay_send_more_than_twice_the_media()
    {
        Pair(_relay, _a, _b);
        for (int frame = 0; frame < 30; frame++)
        {
            _b.SendFrame(keyframe: false, packets: 20);
            _relay.Run(TimeSpan.FromMilliseconds(20));
        }

        ushort[] received = [.. _a.Video.Select(p => p.Sequence)];
        Assert.True(received.Length > 500);
        for (int round = 0; round < 20; round++)
        {
            foreach (ushort[] chunk in received.Chunk(200))
            {
                _a.RequestRetransmission(chunk);
            }

            _relay.Run(TimeSpan.FromMilliseconds(15));
        }

        long media = _a.Video.Sum(p => (long)p.Payload.Length);
        long again = _a.Received.Where(p => p.PayloadType == SimulatedPeer.RtxPayloadType).Sum(p => (long)p.Payload.Length);
        Assert.InRange(again, 50_000, media + (128 * 1024));
    }

    [Fact]
    public void A_jump_in_the_sequence_is_not_passed_on()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 10, _a, _b);
        for (int jump = 0; jump < 5; jump++)
        {
            _b.VideoSequence += 30_000;
            _b.AudioSequence += 32_000;
            Talk(_relay, 30, _a, _b);
        }

        AssertConsecutive(_a.Video);
        AssertConsecutive(_a.Audio);
        Assert.True(_a.Video.Count() > 60);
        Assert.Equal(0, _a.Rejected);
    }

    [Fact]
    public void Estimates_have_a_floor_and_a_rate()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 10, _a, _b);
        byte[] remb = new byte[RembWriter.GetLength(1)];
        RembWriter.Write(remb, 1, 1, [0x6d2c_b802]);
        for (int i = 0; i < 40; i++)
        {
            _b.SendRtcp(remb);
        }

        _relay.Run(Frame);
        Assert.Equal(100_000u, Assert.Single(_a.Rembs()).Bitrate);
    }

    [Fact]
    public void Nothing_is_kept_of_a_stream_that_nobody_hears()
    {
        _a.Connect();
        _b.Connect();
        Talk(_relay, 30, _a, _b);
        Assert.Equal(0, _relay.Pool.CountHeldBy(PacketOwner.RetransmissionCache));
        _relay.Command(Command.Connect(_a.Id, _b.Id, withVideo: true));
        Talk(_relay, 10, _a, _b);
        Assert.NotEqual(0, _relay.Pool.CountHeldBy(PacketOwner.RetransmissionCache));
        _relay.Command(Command.Disconnect(_a.Id));
        Assert.Equal(0, _relay.Pool.CountHeldBy(PacketOwner.RetransmissionCache));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Garbage_under_valid_keys_harms_nobody_else(int seed)
    {
        var media = new SimulatedMedia
        {
            TransportCcExtensionId = 3,
            AbsSendTimeExtensionId = 2,
            VideoOrientationExtensionId = 4,
        };
        using var mallory = new SimulatedPeer(_relay, 2, 1, 3, media: media);
        using var carol = new SimulatedPeer(_relay, 3, 1, 4, media: media);
        Pair(_relay, mallory, carol);
        Talk(_relay, 10, mallory, carol);
        var random = new Random(seed);
        ushort sequence = (ushort)random.Next(65_536);
        for (int i = 0; i < 3000; i++)
        {
            SendGarbage(mallory, media, random, ref sequence);
            if (random.Next(10) == 0)
            {
                Talk(_relay, 1, carol);
            }

            if (random.Next(500) == 0)
            {
                _relay.Command(Command.Disconnect(mallory.Id));
                _relay.Command(Command.Connect(mallory.Id, carol.Id, withVideo: random.Next(2) == 0));
            }
        }

        // The next partner has a peer like any other.
        _relay.Command(Command.Disconnect(mallory.Id));
        int received = carol.Received.Count;
        _a.Connect();
        _relay.Command(Command.Connect(_a.Id, carol.Id, withVideo: true));
        Talk(_relay, 40, _a, carol);
        Assert.Equal(0, carol.Rejected);
        Assert.True(carol.Received.Count > received + 60);
        Assert.NotEmpty(_a.Video);
    }

    private static void SendGarbage(SimulatedPeer peer, SimulatedMedia media, Random random, ref ushort sequence)
    {
        byte[] body = new byte[random.Next(1, 300)];
        random.NextBytes(body);
        if (random.Next(3) == 0)
        {
            // One RTCP packet of a type that the relay reads, its length right and nothing else.
            byte[] rtcp = new byte[(body.Length + 16) & ~3];
            body.CopyTo(rtcp, 12);
            rtcp[4] = 1;
            BinaryPrimitives.WriteUInt32BigEndian(rtcp.AsSpan(8), random.Next(4) == 0 ? 0u : 0x6d2c_b803u);
            rtcp[0] = (byte)(0x80 | (random.Next(4) == 0 ? 0x20 : 0) | (random.Next(2) == 0 ? 15 : random.Next(32)));
            rtcp[1] = (byte)random.Next(200, 208);
            BinaryPrimitives.WriteUInt16BigEndian(rtcp.AsSpan(2), (ushort)((rtcp.Length / 4) - 1));
            peer.SendRtcp(rtcp);
            return;
        }

        byte[] header = new byte[12 + 4 + 16];
        sequence += (ushort)(random.Next(20) == 0 ? random.Next(1, 1500) : 1);
        byte[] types = [media.AudioPayloadType, media.VideoPayloadType, media.RtxPayloadType, (byte)random.Next(128)];
        byte type = types[random.Next(20) == 0 ? 3 : random.Next(3)];
        uint[] ssrcs = [peer.AudioSsrc, peer.VideoSsrc, peer.RtxSsrc];
        RtpHeaderWriter.Write(
            header, random.Next(2) == 0, type, sequence, (uint)random.NextInt64(), ssrcs[random.Next(3)], hasExtension: true);
        RtpHeaderWriter.SetPadding(header, random.Next(20) == 0);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(12), (ushort)(random.Next(2) == 0 ? 0xBEDE : 0x1000));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), 4);
        random.NextBytes(header.AsSpan(16));
        header[16] = (byte)((media.TransportCcExtensionId << 4) | 1);
        peer.SendRaw(header, body);
    }

    [Fact]
    public void A_peer_that_never_begins_its_handshake_does_not_keep_its_slot()
    {
        _relay.Add(_a);
        _relay.Command(Command.Open(_a.Id, _a.CreateParameters()));
        for (int i = 0; i < 8; i++)
        {
            _a.SendBinding();
            _relay.Run(TimeSpan.FromSeconds(4));
        }

        EngineEvent closed = Assert.Single(_relay.Events, e => e.Kind == EngineEventKind.Closed);
        Assert.Equal(CloseReason.ConnectTimeout, closed.Reason);
    }

    private static void AssertConsecutive(IEnumerable<ReceivedRtp> packets)
    {
        ushort[] sequences = [.. packets.Select(p => p.Sequence)];
        Assert.Equal(sequences.Select((_, i) => (ushort)(sequences[0] + i)), sequences);
    }
}
