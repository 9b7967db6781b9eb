using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

/// <summary>The program itself, as an operator sees it.</summary>
public class RelayProcessTests
{
    [Fact]
    public async Task It_says_where_it_is_and_leaves_on_SIGTERM_with_code_0()
    {
        using Process relay = Start("--Http:Listen=http://127.0.0.1:0", "--Drain:Seconds=5", "--Media:Port=0");
        string? line = await relay.StandardOutput.ReadLineAsync();
        Assert.Matches("^Relay is ready: http://127\\.0\\.0\\.1:[0-9]+/$", line);
        using var http = new HttpClient { BaseAddress = new Uri(line!["Relay is ready: ".Length..]) };
        Assert.Equal("ready", await http.GetStringAsync("/readyz"));

        using Process kill = Process.Start(
            "kill", ["-TERM", relay.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);

        await ExitAsync(relay);
        Assert.Equal(0, relay.ExitCode);
        string log = await relay.StandardError.ReadToEndAsync();
        Assert.Contains("Draining for at most 3 s", log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_options_stop_the_start_with_code_2_and_a_line_each()
    {
        using Process relay = Start("--Media:Port=70000", "--Drain:Seconds=0");
        await ExitAsync(relay);
        Assert.Equal(2, relay.ExitCode);
        string[] lines = (await relay.StandardError.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith(
            "relay: Media:Port = \"70000\": must be a whole number from 0 to 65535 (port). Set Media:Port",
            lines[0],
            StringComparison.Ordinal);
        Assert.Equal(string.Empty, await relay.StandardOutput.ReadToEndAsync());
    }

    [Fact]
    public async Task A_port_in_use_is_told_in_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using Process relay = Start($"--Http:Listen=http://127.0.0.1:{port}");
        await ExitAsync(relay);
        Assert.Equal(2, relay.ExitCode);
        string line = Assert.Single(
            (await relay.StandardError.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Http:Listen", line, StringComparison.Ordinal);
        Assert.Contains("in use", line, StringComparison.Ordinal);
    }

    internal static Process Start(params string[] args)
    {
        string program = typeof(RelayProcess).Assembly.Location;
        var start = new ProcessStartInfo(
            "dotnet",
            [program, .. args])
        { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] names = [.. start.Environment.Keys.Where(name => name.StartsWith("RELAY_", StringComparison.OrdinalIgnoreCase))];
        foreach (string name in names)
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start)!;
    }

    internal static async Task ExitAsync(Process process)
    {
        // Only ends a test that hangs.
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
