namespace Relay.Conventions.Tests;

/// <summary>Reports every breach of a rule in one message.</summary>
internal static class Violations
{
    /// <param name="rule">What should have been, in one line.</param>
    public static void AssertNone(string rule, IEnumerable<string> violations)
    {
        string[] found = [.. violations];
        if (found.Length > 0)
        {
            Assert.Fail($"{rule}\n{found.Length} violation(s):\n  {string.Join("\n  ", found)}\n");
        }
    }
}
