using System.Diagnostics;

namespace Relay.Conventions.Tests;

public sealed class ScriptTests
{
    public static TheoryData<string> Scripts => [.. new[] { "run.sh", "test.sh", "bench.sh", ".ci/run" }];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Scripts_can_be_started_stop_at_errors_and_parse(string script)
    {
        string path = Path.Combine(Repository.Root, script);
        Assert.True(File.Exists(path), $"{script} is missing.");
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute), $"{script} is not executable.");
        string text = await File.ReadAllTextAsync(path);
        Assert.StartsWith("#!/usr/bin/env bash\n", text, StringComparison.Ordinal);
        Assert.Contains("\nset -euo pipefail\n", text, StringComparison.Ordinal);

        using Process check = Process.Start(new ProcessStartInfo("bash", ["-n", path]) { UseShellExecute = false, RedirectStandardError = true })!;
        string errors = await check.StandardError.ReadToEndAsync();
        await check.WaitForExitAsync();
        Assert.True(check.ExitCode == 0, errors);
    }
}
