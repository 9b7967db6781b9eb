using System.Collections.Concurrent;
using System.Diagnostics;

namespace Relay.Browser.Tests;

/// <summary>The relay as users run it: a process of its own on loopback, with free ports.</summary>
public sealed class RelayUnderTest : IAsyncDisposable
{
    private const string Ready = "Relay is ready: ";
    private const int OutputLinesMax = 200;
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RelayUnderTest(string[] options)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "relay.dll"));
        string[] defaults =
        [
            "--Http:Listen=http://127.0.0.1:0", "--Media:BindAddress=127.0.0.1", "--Media:Port=0",
            "--Limits:SessionsPerSourceBurst=1000", "--Limits:SessionsPerSourcePerMinute=1000",
        ];
        foreach (string option in defaults.Concat(options))
        {
            start.ArgumentList.Add(option);
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => Heard(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException("The relay ended at its start.\n" + Describe()));
    }

    public Uri Address => _ready.Task.Result;

    /// <param name="options">Such as <c>--Media:Workers=2</c>.</param>
    public static async Task<RelayUnderTest> StartAsync(params string[] options)
    {
        var relay = new RelayUnderTest(options);
        relay._process.Start();
        relay._process.BeginOutputReadLine();
        relay._process.BeginErrorReadLine();
        await relay._ready.Task.WaitAsync(StartMax);
        return relay;
    }

    public string Describe() => "--- relay\n" + string.Join('\n', _output) + "\n";

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        while (_output.Count > OutputLinesMax)
        {
            _output.TryDequeue(out _);
        }

        if (line.StartsWith(Ready, StringComparison.Ordinal))
        {
            _ready.TrySetResult(new Uri(line[Ready.Length..].Trim()));
        }
    }
}
