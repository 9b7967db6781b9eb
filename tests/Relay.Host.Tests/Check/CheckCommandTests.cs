using System.Diagnostics;
using System.Globalization;
using Relay.Host.Check;
using Relay.Host.Tests.Turn;
using Relay.Testing;
using Xunit;

namespace Relay.Host.Tests.Check;

/// <summary>The check against a relay that runs, and against one that does not.</summary>
public sealed class CheckCommandTests : IDisposable
{
    private const string Secret = "a-secret-of-some-length";

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly CertificateFiles _files = new();
    private readonly (string Key, string Value)[] _options;

    public CheckCommandTests()
    {
        (int media, int stream) = (FreePort.Take(), FreePort.Take());
        _files.Write("localhost", DateTimeOffset.UtcNow.AddDays(30));
        _options =
        [
            ("Media:Port", media.ToString(CultureInfo.InvariantCulture)),
            ("Turn:Listen:0", string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{stream}")),
            ("Turn:Host", "localhost"),
            ("Turn:Secrets:0", Secret),
            ("Tls:CertificateFile", _files.CertificatePath),
            ("Tls:KeyFile", _files.KeyPath),
        ];
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Every_way_to_a_good_relay_works_for_clients_that_trust_its_certificate()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync(_options);
        var start = new ProcessStartInfo("dotnet", ["exec", RelayFixture.ProgramPath, CheckCommand.Name, .. Arguments(_options)])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["SSL_CERT_FILE"] = _files.CertificatePath;
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        foreach (string way in (string[])["UDP", "TCP", "TLS"])
        {
            Assert.Matches($"(?m)^ok    {way} 127\\.0\\.0\\.1:.*STUN answers, TURN relays from 127\\.0\\.0\\.1:", output);
        }

        Assert.DoesNotContain("FAIL", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, output, StringComparison.Ordinal);
        // Nothing of it stays.
        using HttpClient http = new();
        string metrics = await http.GetStringAsync(new Uri(relay.BaseAddress, "metrics"), TestContext.Current.CancellationToken);
        Assert.Contains("relay_turn_allocations{worker=\"0\"} 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("relay_turn_allocations_opened_total{worker=\"0\"} 3\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_work_is_said_line_by_line()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync(_options);

        (int code, string output) = await CheckAsync(_options);
        Assert.Equal(CheckCommand.FailedExitCode, code);
        Assert.Matches("(?m)^ok    UDP ", output);
        Assert.Matches("(?m)^ok    TCP ", output);
        Assert.Matches("(?m)^FAIL  TLS .*authority", output);
        Assert.Contains("1 of 3 do not work.", output, StringComparison.Ordinal);

        (_, output) = await CheckAsync([.. _options, ("Turn:Secrets:0", "b-secret-of-some-length")]);
        Assert.Matches("(?m)^FAIL  UDP .*other Turn:Secrets", output);
        Assert.Matches("(?m)^FAIL  TCP .*other Turn:Secrets", output);

        (_, output) = await CheckAsync([.. _options, ("Turn:Host", "127.0.0.1")]);
        Assert.Matches("(?m)^FAIL  TLS .*is for localhost, not for 127\\.0\\.0\\.1", output);

        // The right port, but of a relay that does not run.
        (int media, int stream) = (FreePort.Take(), FreePort.Take());
        (_, output) = await CheckAsync(
        [
            .. _options,
            ("Media:Port", media.ToString(CultureInfo.InvariantCulture)),
            ("Turn:Listen:0", string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{stream}")),
        ]);
        Assert.Matches("(?m)^FAIL  UDP .*refused", output);
        Assert.Matches("(?m)^FAIL  TCP .*refused", output);
        Assert.Matches("(?m)^FAIL  TLS .*refused", output);
    }

    [Fact]
    public async Task Without_a_secret_only_STUN_is_tried()
    {
        (string Key, string Value)[] options =
            [.. _options.Where(option => !option.Key.StartsWith("Turn:Secrets", StringComparison.Ordinal)), ("Tls:CertificateFile", ""), ("Tls:KeyFile", "")];
        await using RelayFixture relay = await RelayFixture.StartAsync(options);
        (int code, string output) = await CheckAsync(options);
        Assert.Equal(0, code);
        Assert.Contains("All 2 ways work.", output, StringComparison.Ordinal);
        Assert.Matches("(?m)^note  allocations were not tried", output);
    }

    [Fact]
    public async Task Behaviour_discovery_is_asked_for_no_allocation()
    {
        (int one, int other) = (FreePort.Take(), FreePort.Take());
        (string Key, string Value)[] options =
        [
            .. _options,
            ("Tls:CertificateFile", string.Empty),
            ("Tls:KeyFile", string.Empty),
            ("Turn:Discovery:0", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{one}")),
            ("Turn:Discovery:1", string.Create(CultureInfo.InvariantCulture, $"127.0.0.2:{other}")),
        ];
        await using RelayFixture relay = await RelayFixture.StartAsync(options);
        (int code, string output) = await CheckAsync(options);
        Assert.Equal(0, code);
        Assert.Equal(4, output.Split(", discovery: STUN answers").Length - 1);
        Assert.Contains("All 6 ways work.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_static_user_is_as_good()
    {
        (string Key, string Value)[] options =
        [
            .. _options.Where(option => !option.Key.StartsWith("Turn:Secrets", StringComparison.Ordinal)),
            ("Tls:CertificateFile", ""),
            ("Tls:KeyFile", ""),
            ("Turn:Users:0", "alice:pass:word"),
        ];
        await using RelayFixture relay = await RelayFixture.StartAsync(options);
        (int code, string output) = await CheckAsync(options);
        Assert.Equal(0, code);
        Assert.Matches("(?m)^ok    TCP .*TURN relays", output);
    }

    [Theory]
    [InlineData("Turn:Enabled", "false")]
    [InlineData("Turn:Enable", "true")]
    public async Task Options_that_do_not_fit_are_said_as_at_start(string key, string value) =>
        Assert.Equal((2, string.Empty), await CheckAsync([(key, value)]));

    private static async Task<(int Code, string Output)> CheckAsync((string Key, string Value)[] options)
    {
        using var output = new StringWriter();
        int code = await CheckCommand.RunAsync(Arguments(options), TimeProvider.System.GetUtcNow(), Long, output);
        return (code, output.ToString());
    }

    // Of an option given twice the last counts.
    private static string[] Arguments((string Key, string Value)[] options) =>
        [.. options.GroupBy(option => option.Key, StringComparer.Ordinal).Select(group => $"--{group.Key}={group.Last().Value}")];
}
