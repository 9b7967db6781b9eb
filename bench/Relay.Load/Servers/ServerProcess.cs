using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Relay.Load.CommandLine;

namespace Relay.Load.Servers;

/// <summary>A server's process on a CPU of its own, with the lines that it prints.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly SemaphoreSlim _printed = new(0);

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Everything printed so far.</summary>
    public string Output => string.Join('\n', _lines);

    /// <param name="cpus">What taskset takes, such as 0 or 0,1; null for any.</param>
    /// <param name="isAlone">Runs before everything else on its CPU, where that is allowed; its threads then do not share it.</param>
    /// <param name="command">Program and arguments.</param>
    public static ServerProcess Start(string? cpus, bool isAlone, params IReadOnlyList<string> command)
    {
        string[] priority = Environment.IsPrivilegedProcess ? isAlone ? ["chrt", "-f", "10"] : ["nice", "-n", "-15"] : [];
        string[] words = [.. priority, "taskset", "-c", cpus ?? CpuPinning.AnyCpus, .. command];
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        return new ServerProcess(Process.Start(start) ?? throw new UsageException($"{words[0]} did not start."));
    }

    /// <summary>The rest of the first line that begins with <paramref name="prefix"/>.</summary>
    /// <exception cref="UsageException">The process ended or was silent; the message has what it printed.</exception>
    public async Task<string> WaitForLineAsync(string prefix)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_lines.FirstOrDefault(l => l.StartsWith(prefix, StringComparison.Ordinal)) is string line)
            {
                return line[prefix.Length..].Trim();
            }

            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartMax)
            {
                throw new UsageException($"The server did not print '{prefix}'. It said:\n{Output}");
            }

            await _printed.WaitAsync(TimeSpan.FromMilliseconds(200));
        }
    }

    /// <summary>Sends a signal by its name, such as TERM.</summary>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until it has ended by itself and all that it printed is here.</summary>
    public Task WaitForExitAsync() => _process.WaitForExitAsync().WaitAsync(StopMax);

    /// <summary>Asks it to end, waits, and returns the last line that it printed.</summary>
    public async Task<string> StopAsync()
    {
        if (!_process.HasExited)
        {
            await SignalAsync("TERM");
        }

        await WaitForExitAsync();
        return _lines.LastOrDefault() ?? string.Empty;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _printed.Dispose();
    }

    private void Take(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
            _printed.Release();
        }
    }
}
