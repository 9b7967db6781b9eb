using Relay.Core.Buffers;
using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class RtcpOutboundTests : IDisposable
{
    private readonly SfuNetwork _network = new(slots: 128, transmits: 16);
    private readonly SfuLeg _a;
    private readonly SfuLeg _b;
    private readonly RtcpOutbound _outbound;

    public RtcpOutboundTests()
    {
        _a = _network.AddLeg();
        _b = _network.AddLeg();
        _outbound = new RtcpOutbound(_network.Context, _a.Session);
    }

    public void Dispose() => _network.Dispose();

    [Fact]
    public void With_nothing_to_tell_it_is_an_empty_receiver_report_and_the_name()
    {
        _outbound.SendReports(_network.Now);
        Assert.Equal(
            [(RtcpPacketType.ReceiverReport, (byte)0), (RtcpPacketType.SourceDescription, (byte)1)], Last());
    }

    [Fact]
    public void What_is_received_is_reported_in_the_first_report_whatever_its_kind()
    {
        _a.SendAudio(1);
        _a.SendVideo(1, keyframe: true);
        _outbound.SendReports(_network.Now);
        Assert.Equal(
            [(RtcpPacketType.ReceiverReport, (byte)2), (RtcpPacketType.SourceDescription, (byte)1)], Last());
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        _b.SendAudio(1);
        _b.SendVideo(1, keyframe: true);
        _outbound.SendReports(_network.Now);
        Assert.Equal(
            [
                (RtcpPacketType.SenderReport, (byte)2), (RtcpPacketType.SenderReport, (byte)0),
                (RtcpPacketType.SourceDescription, (byte)1),
            ],
            Last());
    }

    [Fact]
    public void Many_sequence_numbers_fit_several_packets_of_the_path()
    {
        // Far apart, so that each takes an entry of its own.
        ushort[] sequences = [.. Enumerable.Range(0, 700).Select(i => (ushort)(i * 20))];
        _outbound.SendNack(1, 2, sequences);
        _network.Settle();
        Assert.True(_a.Rtcp.Count > 1);
        List<ushort> asked = [];
        foreach (byte[] compound in _a.Rtcp)
        {
            Assert.True(compound.Length <= 1200);
            Assert.Equal(DropReason.None, RtcpCompoundReader.TryParse(compound, out RtcpCompoundReader reader));
            foreach (RtcpPacket packet in reader)
            {
                if (packet.Type == RtcpPacketType.TransportFeedback)
                {
                    Assert.Equal(DropReason.None, NackReader.TryParse(packet, out NackReader nack));
                    while (nack.TryReadNext(out ushort sequence))
                    {
                        asked.Add(sequence);
                    }
                }
            }
        }

        Assert.Equal(sequences, asked);
        Assert.Equal(_a.Rtcp.Count, _network.Counters.NacksSent);
    }

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 1)]
    [InlineData(false, true, 4)]
    [InlineData(false, false, 0)]
    public void A_keyframe_is_asked_for_with_what_the_peer_understands(bool hasPli, bool hasFir, byte format)
    {
        var codec = new CodecParameters { Codec = CodecKind.Vp8, HasPli = hasPli, HasFir = hasFir };
        _outbound.SendKeyframeRequest(1, 2, codec, KeyframeReason.Receiver);
        _network.Settle();
        Assert.Equal(format == 0 ? 0 : 1, _network.Counters.KeyframeRequests(KeyframeReason.Receiver));
        if (format != 0)
        {
            Assert.Equal([(RtcpPacketType.ReceiverReport, (byte)0), (RtcpPacketType.PayloadFeedback, format)], Last());
        }
    }

    [Fact]
    public void Each_fir_has_a_number_of_its_own()
    {
        var codec = new CodecParameters { Codec = CodecKind.Vp8, HasFir = true };
        List<byte> numbers = [];
        for (int i = 0; i < 3; i++)
        {
            _outbound.SendKeyframeRequest(1, 2, codec, KeyframeReason.Receiver);
            _network.Settle();
            RtcpCompoundReader.TryParse(_a.Rtcp[^1], out RtcpCompoundReader reader);
            foreach (RtcpPacket packet in reader)
            {
                if (FirReader.TryParse(packet, out FirReader fir) == DropReason.None && packet.Type == RtcpPacketType.PayloadFeedback)
                {
                    Assert.Equal(2u, fir.GetEntry(0).Ssrc);
                    numbers.Add(fir.GetEntry(0).SequenceNumber);
                }
            }
        }

        Assert.Equal(3, numbers.Distinct().Count());
    }

    [Fact]
    public void Without_a_slot_it_is_given_up_and_counted()
    {
        while (_network.Transmits.TryRent(out PacketHandle slot))
        {
            _network.Transmits.Enqueue(slot, 0, default);
        }

        _outbound.SendReports(_network.Now);
        _outbound.SendNack(1, 2, [1, 2, 3]);
        _outbound.SendRemb(1, 2, 100_000);
        _outbound.SendKeyframeRequest(1, 2, new CodecParameters { HasPli = true }, KeyframeReason.Receiver);
        Assert.Equal(4, _network.Counters.Refused);
        Assert.Equal(0, _network.Counters.NacksSent);
        Assert.Equal(0, _network.Counters.KeyframeRequests(KeyframeReason.Receiver));
        _network.Settle();
        Assert.Empty(_a.Rtcp);
    }

    private List<(RtcpPacketType, byte)> Last()
    {
        _network.Settle();
        List<(RtcpPacketType, byte)> packets = [];
        Assert.Equal(DropReason.None, RtcpCompoundReader.TryParse(_a.Rtcp[^1], out RtcpCompoundReader reader));
        foreach (RtcpPacket packet in reader)
        {
            packets.Add((packet.Type, packet.Count));
        }

        return packets;
    }
}
