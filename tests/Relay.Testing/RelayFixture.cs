using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Relay.Testing.Api;

namespace Relay.Testing;

/// <summary>
/// The built relay as a process of its own, on ephemeral ports of loopback. What it prints is kept, so that tests can say
/// what must not be in it.
/// </summary>
public sealed class RelayFixture : IAsyncDisposable
{
    private const string ReadyPrefix = "Relay is ready: ";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RelayFixture(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The relay's program, as built with this library's configuration.</summary>
    public static string ProgramPath { get; } = typeof(RelayFixture).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(a => a.Key.Equals("RelayProgram", StringComparison.Ordinal)).Value!;

    /// <summary>Such as http://127.0.0.1:41234/.</summary>
    public Uri BaseAddress => _ready.Task.Result;

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The exit code; only when it has exited.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Everything printed so far, stdout and stderr mixed by line.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Resident memory, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts the relay and waits until /readyz says yes.</summary>
    /// <param name="options">Such as ("Media:Workers", "2"); they win over the ephemeral ports.</param>
    /// <exception cref="InvalidOperationException">It ended or stayed silent; the message has what it printed.</exception>
    public static async Task<RelayFixture> StartAsync(params (string Key, string Value)[] options)
    {
        RelayFixture relay = Launch(options);
        try
        {
            await Task.WhenAny(relay._ready.Task, relay._process.WaitForExitAsync(), Task.Delay(StartLimit));
            if (!relay._ready.Task.IsCompletedSuccessfully)
            {
                throw new InvalidOperationException("The relay did not start:\n" + relay.Output);
            }

            using var api = new RelayApiClient(relay.BaseAddress);
            (await api.GetAsync("/readyz")).EnsureSuccess();
            return relay;
        }
        catch
        {
            await relay.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the relay inside a network namespace, where its API cannot be reached from here, and waits for its word.</summary>
    /// <exception cref="InvalidOperationException">It ended or stayed silent; the message has what it printed.</exception>
    public static async Task<RelayFixture> StartInNamespaceAsync(string name, params (string Key, string Value)[] options)
    {
        RelayFixture relay = Launch("ip", ["netns", "exec", name, "dotnet"], options);
        await Task.WhenAny(relay._ready.Task, relay._process.WaitForExitAsync(), Task.Delay(StartLimit));
        if (!relay._ready.Task.IsCompletedSuccessfully)
        {
            await relay.DisposeAsync();
            throw new InvalidOperationException("The relay did not start:\n" + relay.Output);
        }

        return relay;
    }

    /// <summary>Starts the relay and does not wait, for starts that must fail.</summary>
    public static RelayFixture Launch(params (string Key, string Value)[] options) => Launch("dotnet", [], options);

    private static RelayFixture Launch(string program, string[] arguments, (string Key, string Value)[] options)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(ProgramPath);
        foreach ((string key, string value) in Effective(options))
        {
            start.ArgumentList.Add($"--{key}={value}");
        }

        return new RelayFixture(Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start."));
    }

    /// <summary>A client of this relay's API.</summary>
    public RelayApiClient CreateClient(System.Net.IPAddress? localAddress = null) => new(BaseAddress, localAddress);

    /// <summary>Sends SIGTERM, as a service manager does, and does not wait.</summary>
    public async Task SignalTerminateAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until the process has ended and its output is complete.</summary>
    /// <exception cref="TimeoutException">It has not.</exception>
    public Task WaitForExitAsync(TimeSpan timeout) => _process.WaitForExitAsync().WaitAsync(timeout);

    /// <summary>Kills the process if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static Dictionary<string, string> Effective((string Key, string Value)[] options)
    {
        var effective = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Http:Listen"] = "http://127.0.0.1:0",
            ["Media:BindAddress"] = "127.0.0.1",
            ["Media:Port"] = "0",
            ["Limits:SessionsPerSourcePerMinute"] = "100000",
            ["Limits:SessionsPerSourceBurst"] = "100000",
        };
        foreach ((string key, string value) in options)
        {
            effective[key] = value;
        }

        return effective;
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        if (line.StartsWith(ReadyPrefix, StringComparison.Ordinal))
        {
            _ready.TrySetResult(new Uri(line[ReadyPrefix.Length..].Trim()));
        }
    }
}
