using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Relay.Conventions.Tests;

/// <summary>Every source file with logic has a test file at the mirrored path.</summary>
internal static class Mirror
{
    /// <summary>Where the tests of a source folder live.</summary>
    private static readonly (string Source, string[] Tests)[] Folders =
    [
        ("src/Relay.Core/", ["tests/Relay.Core.Tests/", "tests/Relay.Simulation/"]),
        ("src/Relay.Host/", ["tests/Relay.Host.Tests/"]),
    ];

    /// <param name="files">Sources and tests.</param>
    /// <param name="elsewhere">Source file to the test file that covers it, and why.</param>
    public static IEnumerable<string> Violations(
        IReadOnlyList<SourceFile> files, IReadOnlyDictionary<string, (string TestFile, string Reason)> elsewhere)
    {
        Dictionary<string, SourceFile> byPath = files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        foreach (SourceFile file in files.Where(f => f.IsProduct && HasLogic(f)))
        {
            SourceFile[] tests = [.. MirroredPaths(file).Where(byPath.ContainsKey).Select(path => byPath[path])];
            if (tests.Any(HasTest))
            {
                continue;
            }

            if (tests.Length > 0)
            {
                yield return $"{tests[0].Path} has no test";
            }
            else if (!elsewhere.ContainsKey(file.Path))
            {
                yield return $"{file.Path} has no {MirroredPaths(file).First()}";
            }
        }

        foreach ((string path, (string testFile, string _)) in elsewhere)
        {
            if (Stale(byPath, path, testFile) is { } stale)
            {
                yield return stale;
            }
        }
    }

    /// <summary>
    /// Whether the file decides or computes anything: a branch, a loop, an operator or a call in some body. Types that only
    /// hold values, name constants, hand arguments on or declare foreign functions do not.
    /// </summary>
    public static bool HasLogic(SourceFile file) => !file.Name.Equals("Program", StringComparison.Ordinal)
        && file.Unit.DescendantNodes().Where(node => node is BlockSyntax or ArrowExpressionClauseSyntax).Any(body => body.DescendantNodes().Any(Computes));

    private static bool Computes(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax call => call.Expression is not IdentifierNameSyntax { Identifier.Text: "nameof" },
        AssignmentExpressionSyntax assignment => !assignment.IsKind(SyntaxKind.SimpleAssignmentExpression),
        BinaryExpressionSyntax or PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax or CastExpressionSyntax => true,
        ConditionalExpressionSyntax or ConditionalAccessExpressionSyntax or SwitchExpressionSyntax or IsPatternExpressionSyntax => true,
        ElementAccessExpressionSyntax or ThrowExpressionSyntax or AwaitExpressionSyntax or InterpolationSyntax => true,
        IfStatementSyntax or SwitchStatementSyntax or ThrowStatementSyntax or YieldStatementSyntax => true,
        WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax => true,
        _ => false,
    };

    private static IEnumerable<string> MirroredPaths(SourceFile file) =>
        from folder in Folders
        where file.Path.StartsWith(folder.Source, StringComparison.Ordinal)
        from tests in folder.Tests
        select $"{tests}{file.Path[folder.Source.Length..^".cs".Length]}Tests.cs";

    private static bool HasTest(SourceFile file) =>
        file.All<AttributeSyntax>().Any(attribute => attribute.Name.ToString() is "Fact" or "Theory");

    private static string? Stale(Dictionary<string, SourceFile> byPath, string path, string testFile)
    {
        if (!byPath.TryGetValue(path, out SourceFile? source))
        {
            return $"{path} is exempt but does not exist";
        }

        if (!HasLogic(source))
        {
            return $"{path} is exempt but has no logic";
        }

        if (MirroredPaths(source).Any(byPath.ContainsKey))
        {
            return $"{path} is exempt but has a test file of its own";
        }

        if (!byPath.TryGetValue(testFile, out SourceFile? tests) || !HasTest(tests))
        {
            return $"{path} is said to be tested in {testFile}, which has no tests";
        }

        return tests.All<SimpleNameSyntax>().Any(name => source.All<BaseTypeDeclarationSyntax>().Any(
            type => type.Identifier.Text.Equals(name.Identifier.Text, StringComparison.Ordinal)))
            ? null
            : $"{path} is said to be tested in {testFile}, which does not name it";
    }
}
