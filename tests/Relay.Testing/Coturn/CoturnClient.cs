using System.Diagnostics;

namespace Relay.Testing.Coturn;

/// <summary>coturn's own client tools, as Debian packages them.</summary>
public static class CoturnClient
{
    private static readonly TimeSpan RunMax = TimeSpan.FromSeconds(60);

    /// <summary>Runs turnutils_uclient to its end.</summary>
    public static async Task<CoturnReport> RunAsync(string arguments) =>
        CoturnReport.Parse(await ReadAsync("turnutils_uclient", arguments));

    /// <summary>Runs one of the tools to its end, or for a minute; returns what it printed.</summary>
    public static async Task<string> ReadAsync(string program, string arguments)
    {
        using Process process = Start(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(RunMax);
        }
        catch (TimeoutException)
        {
            process.Kill();
        }

        return await output + await errors;
    }

    internal static Process Start(string program, string arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    }) ?? throw new InvalidOperationException(program + " did not start.");
}
