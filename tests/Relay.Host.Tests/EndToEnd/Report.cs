using Xunit;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>Measured values, for people: in the test's output, on the console, and in the file that HOST_TESTS_REPORT names.</summary>
internal static class Report
{
    public static void Line(FormattableString text)
    {
        string line = FormattableString.Invariant(text);
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.Out.WriteLine(line);
        if (Environment.GetEnvironmentVariable("HOST_TESTS_REPORT") is { Length: > 0 } path)
        {
            File.AppendAllText(path, line + "\n");
        }
    }
}
