using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Relay.Conventions.Tests;

/// <summary>One C# file, parsed.</summary>
/// <param name="Path">Relative to the root, such as src/Relay.Core/Stun/Crc32.cs.</param>
internal sealed record SourceFile(string Path, SyntaxTree Tree)
{
    public CompilationUnitSyntax Unit => (CompilationUnitSyntax)Tree.GetRoot();

    /// <summary>File name without folder and ending.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public int Lines => Tree.GetText().Lines.Count;

    public bool IsProduct => Path.StartsWith("src/", StringComparison.Ordinal);

    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    public static SourceFile Parse(string path, string text) =>
        new(path, CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Latest), path));

    public IEnumerable<T> All<T>()
        where T : SyntaxNode => Unit.DescendantNodes().OfType<T>();

    /// <summary>Path and line, as compilers write them.</summary>
    public string At(SyntaxNodeOrToken place) => $"{Path}:{Tree.GetLineSpan(place.Span).StartLinePosition.Line + 1}";
}
