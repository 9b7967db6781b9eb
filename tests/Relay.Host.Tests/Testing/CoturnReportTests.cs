using Relay.Testing.Coturn;
using Xunit;

namespace Relay.Host.Tests.Testing;

public class CoturnReportTests
{
    [Fact]
    public void The_last_counts_are_the_sum()
    {
        CoturnReport report = CoturnReport.Parse(
            """
            0: : msz=1, tot_send_msgs=0, tot_recv_msgs=0, tot_send_bytes ~ 0, tot_recv_bytes ~ 0
            2: : start_mclient: tot_send_msgs=400, tot_recv_msgs=399
            2: : start_mclient: tot_send_bytes ~ 64000, tot_recv_bytes ~ 63840
            2: : Total lost packets 1 (0.250000%), total send dropped 0 (0.000000%)
            """);
        Assert.Equal((400, 399, 1), (report.Sent, report.Received, report.Lost));
        Assert.False(report.IsClean);
        Assert.Equal(1, report.Missing);
        Assert.Equal("sent 400, received 399, lost 1", report.ToString());
        Assert.Equal("sent 400, received 399, lost 1 in run 2", (report with { Run = 2 }).ToString());
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("tot_send_msgs=5, tot_recv_msgs=5", false)]
    [InlineData("tot_send_msgs=0, tot_recv_msgs=0\nTotal lost packets 0 (0%)", false)]
    [InlineData("tot_send_msgs=5, tot_recv_msgs=4\nTotal lost packets 0 (0%)", false)]
    [InlineData("tot_send_msgs=5, tot_recv_msgs=5\nTotal lost packets 0 (0%)", true)]
    public void Only_counts_that_were_printed_and_agree_are_clean(string output, bool isClean) =>
        Assert.Equal(isClean, CoturnReport.Parse(output).IsClean);
}
