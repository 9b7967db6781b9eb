namespace Relay.Browser.Tests;

/// <summary>Measured values, for people: in the test's output, on the console, and in the file that BROWSER_TESTS_REPORT names.</summary>
internal static class Report
{
    public static void Line(string text)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Console.WriteLine(text);
        if (Environment.GetEnvironmentVariable("BROWSER_TESTS_REPORT") is { Length: > 0 } path)
        {
            File.AppendAllText(path, text + "\n");
        }
    }
}
