using Relay.Host.Telemetry;
using Xunit;

namespace Relay.Host.Tests.Telemetry;

public class ApiCountersTests
{
    [Fact]
    public void Counts_from_many_threads_add_up()
    {
        var counters = new ApiCounters();
        Parallel.For(0, 1000, i =>
        {
            counters.SocketOpened();
            counters.MessageReceived();
            counters.MessageSent();
            counters.SocketClosed(i % 2 == 0 ? 4008 : 1000);
            counters.MessageRejected("bad_state");
            counters.RateLimited("message");
            if (i % 4 == 0)
            {
                counters.SocketEnded();
                counters.SocketLost();
            }
        });
        var writer = new PrometheusWriter();
        counters.WriteTo(writer);
        string text = writer.ToString();
        string[] lines =
        [
            "relay_sockets 750",
            "relay_sockets_opened_total 1000",
            "relay_sockets_lost_total 250",
            "relay_messages_received_total 1000",
            "relay_messages_sent_total 1000",
            "relay_sockets_closed_total{code=\"1000\"} 500",
            "relay_sockets_closed_total{code=\"4008\"} 500",
            "relay_messages_rejected_total{code=\"bad_state\"} 1000",
            "relay_rate_limited_total{what=\"message\"} 1000",
        ];
        Assert.All(lines, line => Assert.Contains("\n" + line + "\n", text, StringComparison.Ordinal));
    }
}
