using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Relay.Host.Tests.Api;

public class SignalLifetimeTests
{
    [Fact]
    public async Task A_second_signal_does_not_wait_for_pairs()
    {
        using Process relay = RelayProcessTests.Start("--Http:Listen=http://127.0.0.1:0", "--Drain:Seconds=3600", "--Media:Port=0");
        try
        {
            string line = (await relay.StandardOutput.ReadLineAsync())!;
            await using RunningRelay running = RunningRelay.Attach(new Uri(line["Relay is ready: ".Length..]));
            (TestClient first, TestClient second) = await running.ConnectPairAsync();
            await SignalAsync(relay);
            await first.ExpectAsync("notice");
            Assert.False(relay.HasExited);

            await SignalAsync(relay);

            await RelayProcessTests.ExitAsync(relay);
            Assert.Equal(0, relay.ExitCode);
            first.Dispose();
            second.Dispose();
        }
        finally
        {
            if (!relay.HasExited)
            {
                relay.Kill();
            }
        }
    }

    private static async Task SignalAsync(Process process)
    {
        using Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
