using Relay.Core.Primitives;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Sfu;
using Relay.Core.Tests.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public class TransportFeedbackTranslatorTests
{
    private const int No = TransportFeedbackWriter.NotReceived;

    private readonly TransportArrivals _arrivals = new();
    private readonly TransportFeedbackGenerator _generator;
    private readonly TransportFeedbackTranslator _translator;
    private readonly TransportSequenceMap _numbers = new();

    public TransportFeedbackTranslatorTests()
    {
        _generator = new TransportFeedbackGenerator(_arrivals);
        _translator = new TransportFeedbackTranslator(_arrivals, _generator);
        // 30 packets, a millisecond apart; one that the relay sent by itself stands between every two.
        for (int i = 0; i < 30; i++)
        {
            long number = _generator.HandleArrival((ushort)(65_530 + i), 1000, new Instant(TimeSpan.FromMilliseconds(1000 + i).Ticks));
            _arrivals[number].Fate = PacketFate.Forwarded;
            _numbers.Add(number);
            _numbers.Add(TransportSequenceMap.NoSource);
        }
    }

    [Fact]
    public void The_receivers_numbers_become_the_senders_and_its_clock_is_laid_to_the_last_transit()
    {
        // Received 0, 2 and 6, not 4: 1 ms, 2 ms and 3 ms apart.
        Assert.Equal(Number(3), Handle(0, 100, 0, 0, 4, 0, No, 0, 12));
        Assert.Equal(
            [PacketFate.Received, PacketFate.Received, PacketFate.Lost, PacketFate.Received],
            Enumerable.Range(0, 4).Select(i => _arrivals[Number(i)].Fate));
        Assert.Equal([0, 0, 4], new[] { 0, 1, 3 }.Select(i => _arrivals[Number(i)].Transit));
        Assert.Equal(PacketFate.Forwarded, _arrivals[Number(4)].Fate);
    }

    [Fact]
    public void What_was_lost_may_arrive_but_what_arrived_stays_so()
    {
        Handle(0, 100, No, 0, 0);
        Handle(0, 100, 9, 0, No);
        Assert.Equal(PacketFate.Received, _arrivals[Number(0)].Fate);
        Assert.Equal(PacketFate.Received, _arrivals[Number(1)].Fate);
        Assert.Equal(0, _arrivals[Number(1)].Transit);
    }

    [Fact]
    public void Nothing_is_believed_of_packets_that_never_left()
    {
        Assert.Equal(-1, Handle(60, 100, 0, 0, 0));
        Assert.Equal(-1, Handle(40_000, 100, 0, 0, 0));
        Assert.Equal(-1, Handle(1, 100, 0));
        Assert.DoesNotContain(Enumerable.Range(0, 30), i => _arrivals[Number(i)].Fate != PacketFate.Forwarded);
    }

    [Fact]
    public void A_step_of_the_receivers_clock_does_not_show()
    {
        Handle(0, 100, 0);
        // An hour ahead, and back again.
        Handle(2, 100 + 56_250, 4);
        Handle(4, 100, 12);
        Handle(6, 100, 16);
        Assert.Equal([0, 0, 0, 0], Enumerable.Range(0, 4).Select(i => _arrivals[Number(i)].Transit));
    }

    [Fact]
    public void Another_partners_clock_goes_on_where_the_last_ones_ended()
    {
        Handle(0, 100, 0);
        Handle(2, 100, 44);
        int[] deltas = new int[TransportFeedbackGenerator.StatusMax];
        Assert.Equal(2, _generator.Collect(Number(1), deltas, out _));
        Assert.Equal(40, _generator.Transit);

        _translator.StartPair();
        Handle(4, 9_000_000, 0);
        Handle(6, 9_000_000, 6);
        Assert.Equal([40, 42], new[] { 2, 3 }.Select(i => _arrivals[Number(i)].Transit));
    }

    private long Number(int index) => _arrivals.Highest - 29 + index;

    private long Handle(ushort first, uint reference, params int[] deltas)
    {
        byte[] bytes = new byte[TransportFeedbackWriter.GetMaxLength(deltas.Length)];
        int length = TransportFeedbackWriter.Write(bytes, 1, 2, new TransportFeedbackHead(first, reference, 0), deltas);
        TransportFeedbackReader.TryParse(RtcpSamples.Single(bytes[..length]), 100, out TransportFeedbackReader feedback);
        return _translator.Handle(ref feedback, _numbers);
    }
}
