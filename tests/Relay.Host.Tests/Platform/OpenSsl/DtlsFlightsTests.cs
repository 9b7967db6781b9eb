using Relay.Core.Primitives;
using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

public class DtlsFlightsTests
{
    private static readonly Instant Start = Instant.Zero + TimeSpan.FromSeconds(1);

    [Fact]
    public void A_flight_goes_out_at_once_and_its_retransmissions_on_time()
    {
        using DtlsFlights flights = Flights();
        WriteFlight(flights, 10, retransmissions: DtlsFlights.RetransmissionsMax);
        Assert.Equal([10], Drain(flights));

        Instant due = Start + TimeSpan.FromMilliseconds(100);
        double[] intervals = [200, 400, 500, 500, 500];
        for (byte i = 1; i <= DtlsFlights.RetransmissionsMax; i++)
        {
            Assert.Equal(due, flights.NextTimeout);
            flights.HandleTimeout(due - TimeSpan.FromTicks(1));
            Assert.Empty(Drain(flights));
            flights.HandleTimeout(due);
            Assert.Equal([(byte)(10 + i)], Drain(flights));
            due = i <= intervals.Length ? due + TimeSpan.FromMilliseconds(intervals[i - 1]) : Instant.Never;
        }

        Assert.Equal(Instant.Never, flights.NextTimeout);
    }

    [Fact]
    public void The_next_flight_replaces_the_one_before()
    {
        using DtlsFlights flights = Flights();
        WriteFlight(flights, 10, retransmissions: 3);
        WriteFlight(flights, 20, retransmissions: 3);
        Drain(flights);
        flights.HandleTimeout(flights.NextTimeout);
        Assert.Equal([21], Drain(flights));
    }

    [Fact]
    public void What_is_written_outside_a_flight_goes_out_once_and_starts_no_timer()
    {
        using DtlsFlights flights = Flights();
        flights.BeginCall();
        flights.Write([7]);
        flights.EndCall(Start);
        Assert.Equal(Instant.Never, flights.NextTimeout);
        Assert.Equal([7], Drain(flights));
    }

    [Fact]
    public void A_call_that_begins_no_flight_leaves_the_timer_running()
    {
        using DtlsFlights flights = Flights();
        WriteFlight(flights, 10, retransmissions: 2);
        Instant due = flights.NextTimeout;
        flights.BeginCall();
        flights.EndCall(Start + TimeSpan.FromMilliseconds(50));
        Assert.Equal(due, flights.NextTimeout);
    }

    [Fact]
    public void Retransmissions_end_when_asked()
    {
        using DtlsFlights flights = Flights();
        WriteFlight(flights, 10, retransmissions: 2);
        Drain(flights);
        flights.EndRetransmissions();
        Assert.Equal(Instant.Never, flights.NextTimeout);
        flights.HandleTimeout(Start + TimeSpan.FromHours(1));
        Assert.Empty(Drain(flights));
    }

    [Fact]
    public void What_nobody_collects_is_bounded()
    {
        using DtlsFlights flights = Flights();
        byte[] datagram = new byte[1200];
        for (int i = 0; i < 1_000; i++)
        {
            flights.BeginCall();
            flights.Write(datagram);
        }

        int count = 0;
        while (flights.TryDequeue(datagram, out _))
        {
            count++;
        }

        Assert.InRange(count, 4, 10);
    }

    private static DtlsFlights Flights() => new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500));

    /// <summary>A flight of one byte, and each retransmission the next byte.</summary>
    private static void WriteFlight(DtlsFlights flights, byte value, int retransmissions)
    {
        flights.BeginCall();
        flights.BeginFlight();
        flights.Write([value]);
        for (byte i = 1; i <= retransmissions; i++)
        {
            Assert.Equal(i < DtlsFlights.RetransmissionsMax, flights.BeginRetransmission());
            flights.Write([(byte)(value + i)]);
        }

        flights.EndCall(Start);
    }

    private static List<byte> Drain(DtlsFlights flights)
    {
        List<byte> values = [];
        byte[] buffer = new byte[1200];
        while (flights.TryDequeue(buffer, out int length))
        {
            values.AddRange(buffer[..length]);
        }

        return values;
    }
}
