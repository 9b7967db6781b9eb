using Relay.Core.Primitives;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public class TransportFeedbackGeneratorTests
{
    private const int No = TransportFeedbackWriter.NotReceived;

    private readonly TransportArrivals _arrivals = new();
    private readonly TransportFeedbackGenerator _generator;
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    public TransportFeedbackGeneratorTests() => _generator = new TransportFeedbackGenerator(_arrivals);

    [Fact]
    public void Alone_every_packet_is_told_once_with_its_arrival()
    {
        Arrive(10);
        Assert.Equal(_now + Milli(50), _generator.NextTimeout);
        Wait(20);
        Arrive(11);
        Wait(30);
        Arrive(13);

        List<Message> messages = Timeout();
        Message message = Assert.Single(messages);
        Assert.Equal(10, message.Head.BaseSequenceNumber);
        uint start = TransportFeedbackGenerator.ToUnits(_now - Milli(50));
        Assert.Equal([start, start + 80, null, start + 200], message.Times());
        Assert.Equal(Instant.Never, _generator.NextTimeout);
        Assert.Empty(Collect(_arrivals.Highest));
    }

    [Theory]
    [InlineData(20, 1000, 50)]
    [InlineData(20, 400, 68)]
    [InlineData(20, 100, 100)]
    public void The_interval_is_a_share_of_the_bandwidth_within_its_limits(int spacing, int bytes, int milliseconds)
    {
        for (int i = 0; i < 100; i++)
        {
            Arrive(i, bytes: bytes);
            Wait(spacing);
            if (_generator.NextTimeout <= _now)
            {
                Timeout();
            }
        }

        while (_generator.NextTimeout != Instant.Never)
        {
            Wait(1);
            Timeout();
        }

        Instant before = _now;
        Arrive(100);
        // Measured from the last time it was due; what is rounded to whole packets varies by one of them.
        Assert.InRange((_generator.NextTimeout - before).TotalMilliseconds, milliseconds * 0.6, milliseconds * 1.6);
    }

    [Fact]
    public void What_is_on_its_way_to_the_partner_waits_for_its_word()
    {
        Arrive(1);
        long forwarded = Arrive(2, PacketFate.Forwarded);
        Arrive(3);
        Wait(50);
        Assert.Equal([1], Numbers(Timeout()));
        Assert.NotEqual(Instant.Never, _generator.NextTimeout);

        _generator.HandleReceived(forwarded, transit: 40);
        List<Message> messages = Collect(forwarded);
        Assert.Equal([2], Numbers(messages));
        // The next one went no further: it counts as if it had taken as long.
        Wait(100);
        Message last = Assert.Single(Timeout());
        Assert.Equal([_arrivals[_arrivals.Highest].Time + 40], last.Times());
        Assert.Equal(40, _generator.Transit);
    }

    [Fact]
    public void What_nobody_speaks_of_is_not_told()
    {
        Arrive(1);
        Arrive(2, PacketFate.Forwarded);
        Arrive(3, PacketFate.Forwarded);
        Arrive(4);
        Wait(50);
        Assert.Equal([1], Numbers(Timeout()));
        Wait(1000);
        Assert.Equal([4], Numbers(Timeout()));
        Assert.Equal(Instant.Never, _generator.NextTimeout);
    }

    [Fact]
    public void What_the_partner_missed_is_lost_and_may_still_arrive()
    {
        long lost = Arrive(1, PacketFate.Lost);
        long received = Arrive(2, PacketFate.Forwarded);
        _generator.HandleReceived(received, 8);
        Message message = Assert.Single(Collect(received));
        Assert.Equal([No, 8], [message.Deltas[0], message.Deltas[1] & 0x1f]);

        _generator.HandleReceived(lost, 12);
        Assert.Equal([1], Numbers(Collect(received)));
        Assert.Empty(Collect(received));
    }

    [Fact]
    public void Late_packets_are_told_by_themselves_and_only_they()
    {
        foreach (int number in new[] { 1, 2, 5, 7, 8 })
        {
            Arrive(number);
        }

        Wait(50);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Numbers(Timeout()));
        Arrive(6);
        Arrive(3);
        Arrive(4);
        Arrive(9);
        Wait(100);
        List<Message> messages = Timeout();
        Assert.Equal([[3, 4], [6], [9]], messages.Select(m => m.Numbers()));
        Assert.Equal([1, 2, 3], messages.Select(m => (int)m.Head.FeedbackCount));
    }

    [Fact]
    public void Before_the_first_packet_there_is_nothing_to_tell()
    {
        Assert.Empty(Collect(-1));
        Assert.Equal(Instant.Never, _generator.NextTimeout);
    }

    [Fact]
    public void A_jump_is_not_told_as_lost()
    {
        Arrive(1);
        Wait(50);
        Timeout();
        Arrive(20_000);
        Wait(100);
        Assert.Equal([20_000], Numbers(Timeout()));
    }

    [Fact]
    public void Long_gaps_and_long_waits_take_several_messages_of_bounded_size()
    {
        Arrive(0);
        Arrive(900);
        Wait(9_000);
        Arrive(901);
        List<Message> messages = Timeout();
        Assert.Equal([400, 400, 101, 1], messages.Select(m => m.Deltas.Length));
        Assert.All(messages, m => Assert.True(TransportFeedbackWriter.GetMaxLength(m.Deltas.Length) <= 1100));
        Assert.Equal(902, Numbers(messages).Count);
    }

    [Fact]
    public void A_partner_that_goes_leaves_what_was_on_its_way_to_count_by_its_arrival()
    {
        Arrive(1, PacketFate.Forwarded);
        Arrive(2, PacketFate.Forwarded);
        _generator.HandlePartnerGone();
        Wait(50);
        Message message = Assert.Single(Timeout());
        Assert.All(message.Times(), time => Assert.NotNull(time));
        Assert.Equal(2, message.Deltas.Length);
    }

    private static TimeSpan Milli(double value) => TimeSpan.FromMilliseconds(value);

    private static List<int> Numbers(List<Message> messages) => [.. messages.SelectMany(m => m.Numbers())];

    private void Wait(double milliseconds) => _now += Milli(milliseconds);

    private long Arrive(int sequence, PacketFate fate = PacketFate.Held, int bytes = 1000)
    {
        long number = _generator.HandleArrival((ushort)sequence, bytes, _now);
        _arrivals[number].Fate = fate;
        return number;
    }

    private List<Message> Timeout() => Collect(_generator.HandleTimeout(_now));

    private List<Message> Collect(long through)
    {
        List<Message> messages = [];
        int[] deltas = new int[TransportFeedbackGenerator.StatusMax];
        int told;
        while ((told = _generator.Collect(through, deltas, out TransportFeedbackHead head)) > 0)
        {
            messages.Add(new Message(head, deltas[..told]));
        }

        return messages;
    }

    private sealed record Message(TransportFeedbackHead Head, int[] Deltas)
    {
        public List<int> Numbers() => [.. Deltas.Select((_, i) => (int)(ushort)(Head.BaseSequenceNumber + i))];

        public List<uint?> Times()
        {
            uint time = Head.ReferenceTime << 8;
            return [.. Deltas.Select(delta => delta == No ? (uint?)null : time += (uint)delta)];
        }
    }
}
