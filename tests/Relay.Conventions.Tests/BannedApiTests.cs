using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Relay.Conventions.Tests;

/// <summary>What BannedSymbols.txt lists really fails the build of the core, tried with the core's own project file.</summary>
public sealed class BannedApiTests
{
    private const string Project = "src/Relay.Core/Relay.Core.csproj";

    private static readonly TimeSpan BuildMax = TimeSpan.FromMinutes(3);

    /// <summary>How members, unlike types, are used.</summary>
    private static readonly Dictionary<string, string> MemberUses = new(StringComparer.Ordinal)
    {
        ["P:System.Environment.TickCount"] = "System.Environment.TickCount",
        ["P:System.Environment.TickCount64"] = "System.Environment.TickCount64",
        ["M:System.Guid.NewGuid"] = "System.Guid.NewGuid()",
        ["M:System.Guid.CreateVersion7"] = "System.Guid.CreateVersion7()",
    };

    [Fact]
    public void The_core_cannot_read_a_clock_draw_randomness_block_or_do_io()
    {
        string list = Repository.Read("src/Relay.Core/BannedSymbols.txt");
        string[] wanted =
        [
            "T:System.DateTime", "T:System.DateTimeOffset", "T:System.TimeProvider", "T:System.Diagnostics.Stopwatch",
            "P:System.Environment.TickCount64", "T:System.Random", "M:System.Guid.NewGuid", "T:System.HashCode",
            "T:System.Threading.Tasks.Task", "T:System.Threading.Thread", "T:System.Threading.Timer", "T:System.Console",
            "T:System.Linq.Enumerable", "T:System.Net.Sockets.Socket", "T:System.IO.File",
        ];
        Violations.AssertNone("BannedSymbols.txt lists what makes code depend on the world.", wanted.Where(w => !list.Contains(w + ";", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Every_banned_symbol_fails_the_build_of_the_core()
    {
        string[] symbols = [.. Repository.Read("src/Relay.Core/BannedSymbols.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(';')[0])];
        Assert.NotEmpty(symbols);
        string folder = Directory.CreateTempSubdirectory("relay-banned-").FullName;
        try
        {
            // One line for each symbol: the number of the line that fails tells which one was seen.
            string[] lines = [.. symbols.Select((symbol, i) => $"internal static class Use{i + 1} {{ public static object Value => {UseOf(symbol)}; }}")];
            await File.WriteAllLinesAsync(Path.Combine(folder, "Banned.cs"), lines);
            string output = await CompileCoreWithAsync(folder);
            HashSet<int> refused = [.. Regex.Matches(output, @"Banned\.cs\((?<line>\d+),\d+\): error RS0030", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5))
                .Select(m => int.Parse(m.Groups["line"].Value, System.Globalization.CultureInfo.InvariantCulture))];
            Violations.AssertNone(
                "The build refuses every symbol of BannedSymbols.txt. It said:\n" + output,
                symbols.Where((_, i) => !refused.Contains(i + 1)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string UseOf(string symbol)
    {
        if (!symbol.StartsWith("T:", StringComparison.Ordinal))
        {
            return MemberUses.TryGetValue(symbol, out string? use) ? use : throw new InvalidOperationException($"Say in MemberUses how {symbol} is used.");
        }

        string[] generic = symbol[2..].Split('`');
        return generic.Length == 1 ? $"typeof({generic[0]})" : $"typeof({generic[0]}<{new string(',', int.Parse(generic[1], System.Globalization.CultureInfo.InvariantCulture) - 1)}>)";
    }

    /// <summary>Compiles the core with Banned.cs of the folder added, writing only into the folder. Returns what the build printed.</summary>
    private static async Task<string> CompileCoreWithAsync(string folder)
    {
        string targets = Path.Combine(folder, "extra.targets");
        await File.WriteAllTextAsync(targets, $"""<Project><ItemGroup><Compile Include="{folder}/Banned.cs" /></ItemGroup></Project>""");
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = Repository.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            "msbuild", Project, "-t:Compile", "-nologo", "-v:quiet", "-nodeReuse:false", "-p:UseSharedCompilation=false",
            $"-p:IntermediateOutputPath={folder}/", $"-p:CustomAfterMicrosoftCommonTargets={targets}",
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        // What the test runner sets for its own build must not reach this one.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        using Process build = Process.Start(start)!;
        Task<string> output = build.StandardOutput.ReadToEndAsync();
        Task<string> errors = build.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(BuildMax);
        try
        {
            await build.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            build.Kill(entireProcessTree: true);
            throw;
        }

        Assert.NotEqual(0, build.ExitCode);
        return await output + await errors;
    }
}
