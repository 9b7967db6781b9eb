using Relay.Host.Admin;
using Relay.Host.Configuration;
using Relay.Host.Telemetry;
using Xunit;

namespace Relay.Host.Tests.Admin;

public class AdminMetricsTests
{
    [Fact]
    public void Rooms_are_counted_as_they_come_and_go()
    {
        var control = new AdminControl(new FakePlainPlane(), new RelayOptions());
        Assert.Null(control.CreateRoom(out RoomCreated? first));
        Assert.Null(control.CreateRoom(out _));
        Assert.Null(control.CloseRoom(first!.Id));
        var writer = new PrometheusWriter();
        new AdminMetrics(control).WriteTo(writer);
        Assert.EndsWith("\nrelay_rooms 1\n", writer.ToString(), StringComparison.Ordinal);
    }
}
