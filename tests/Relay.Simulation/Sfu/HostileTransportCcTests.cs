using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation.Sfu;

/// <summary>What a peer with valid keys gets out of numbering and feedback: no more than it puts in.</summary>
public sealed class HostileTransportCcTests : IDisposable
{
    private static readonly SimulatedMedia Numbered = new() { TransportCcExtensionId = 3, AbsSendTimeExtensionId = 2 };

    private readonly SimulatedRelay _relay = new();
    private readonly SimulatedPeer _a;
    private readonly SimulatedPeer _b;

    public HostileTransportCcTests()
    {
        _a = new SimulatedPeer(_relay, 0, 1, 1, media: Numbered);
        _b = new SimulatedPeer(_relay, 1, 1, 2, media: Numbered);
        Pair(_relay, _a, _b);
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _relay.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    public void A_probe_that_is_shorter_than_what_it_repeats_brings_nothing(int payloadBytes)
    {
        Talk(_relay, 20, _a, _b);
        _relay.Run(3 * _relay.Delay);
        int received = _b.Received.Count;
        for (int i = 0; i < 10; i++)
        {
            _relay.FromPeer(_a, _a.SealRetransmission((ushort)(_a.VideoSequence - 1 - i), payloadBytes));
        }

        _relay.Run(3 * _relay.Delay);
        Assert.Equal(received, _b.Received.Count);
        _a.Retransmit((ushort)(_a.VideoSequence - 1));
        _relay.Run(3 * _relay.Delay);
        Assert.Equal(received + 1, _b.Received.Count);
    }

    [Fact]
    public void A_few_bytes_that_speak_of_thousands_of_packets_are_not_taken_again_and_again()
    {
        Talk(_relay, 10, _a, _b);
        int[] deltas = [.. Enumerable.Repeat(TransportFeedbackWriter.NotReceived, 2000)];
        byte[] buffer = new byte[TransportFeedbackWriter.GetMaxLength(deltas.Length)];
        int length = TransportFeedbackWriter.Write(buffer, 1, 2, new TransportFeedbackHead(0, 1, 1), deltas);
        Assert.InRange(length, 1, 40);
        for (int i = 0; i < 100; i++)
        {
            _b.SendRtcp(buffer.AsSpan(0, length));
        }

        _relay.Run(_relay.Delay);
        Assert.InRange(_relay.Engine.Counters.Dropped(DropReason.RtcpMalformed), 97, 99);

        // What is true is listened to again as soon as there is something to speak of.
        Talk(_relay, 100, _a, _b);
        long end = _a.TransportCc.Next;
        Talk(_relay, 20, _a, _b);
        Assert.Contains(_a.TransportCc.ToldReceived, t => t.Number >= end);
    }
}
