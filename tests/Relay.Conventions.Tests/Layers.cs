using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Relay.Conventions.Tests;

/// <summary>
/// Which folder of the core may see which. The compiler says what a name means, so a relative name, an alias or the
/// member of a returned value counts as much as a using line.
/// </summary>
internal static class Layers
{
    public const string CoreFolder = "src/Relay.Core/";

    private const string CoreNamespace = "Relay.Core";

    private static readonly string[] Base = ["Primitives", "Buffers", "Diagnostics"];

    private static readonly string[] Formats = ["Stun", "Rtp", "Srtp", "Dtls", "Codecs", "Sdp"];

    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Primitives"] = Base,
        ["Buffers"] = Base,
        ["Diagnostics"] = Base,
        ["Stun"] = Base,
        ["Rtp"] = Base,
        ["Dtls"] = Base,
        ["Sdp"] = Base,
        ["Srtp"] = [.. Base, "Rtp"],
        ["Codecs"] = [.. Base, "Rtp"],
        ["Ice"] = [.. Base, "Stun"],
        ["Turn"] = [.. Base, "Stun"],
        ["Sfu"] = [.. Base, .. Formats, "Ice", "Turn"],
        ["Engine"] = [.. Base, .. Formats, "Ice", "Turn", "Sfu"],
        ["Pairing"] = Base,
        ["Safety"] = Base,
    };

    /// <summary>Edges that the table does not have, one line per file and edge.</summary>
    public static IEnumerable<string> Violations(IEnumerable<SourceFile> files)
    {
        SourceFile[] core = [.. files.Where(f => f.Path.StartsWith(CoreFolder, StringComparison.Ordinal))];
        CSharpCompilation compilation = Compile(core);
        return core.SelectMany(file => Violations(file, compilation.GetSemanticModel(file.Tree)));
    }

    /// <summary>Files whose namespace is not their folder's.</summary>
    public static IEnumerable<string> Misplaced(IEnumerable<SourceFile> files) =>
        from file in files
        where file.IsProduct
        from space in file.All<BaseNamespaceDeclarationSyntax>()
        let expected = Path.GetDirectoryName(file.Path)!["src/".Length..].Replace('/', '.')
        where !space.Name.ToString().Equals(expected, StringComparison.Ordinal)
        select $"{file.At(space.Name)} is in namespace {space.Name}, its folder says {expected}";

    private static IEnumerable<string> Violations(SourceFile file, SemanticModel model)
    {
        string layer = file.Path[CoreFolder.Length..].Split('/')[0];
        if (!Allowed.TryGetValue(layer, out string[]? allowed))
        {
            return [$"{file.Path} is in a folder that the table of layers does not have"];
        }

        return file.All<SimpleNameSyntax>()
            .Select(name => (Name: name, Layer: LayerOf(model.GetSymbolInfo(name).Symbol)))
            .Where(use => use.Layer is not null && !allowed.Append(layer).Contains(use.Layer, StringComparer.Ordinal))
            .DistinctBy(use => use.Layer, StringComparer.Ordinal)
            .Select(use => $"{file.At(use.Name)} uses {use.Layer} ({use.Name}); {layer} may use {string.Join(", ", allowed)}");
    }

    private static string? LayerOf(ISymbol? symbol)
    {
        string space = (symbol as INamespaceSymbol ?? symbol?.ContainingNamespace)?.ToDisplayString() ?? "";
        string[] parts = space.Split('.');
        return space.StartsWith(CoreNamespace + ".", StringComparison.Ordinal) ? parts[2] : parts is ["Relay", "Host", ..] ? "Host" : null;
    }

    private static CSharpCompilation Compile(SourceFile[] core)
    {
        const string ImplicitUsings = """
            global using System;
            global using System.Collections.Generic;
            global using System.IO;
            global using System.Linq;
            global using System.Threading;
            global using System.Threading.Tasks;
            """;
        string framework = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        SyntaxTree[] trees = [SourceFile.Parse("ImplicitUsings.cs", ImplicitUsings).Tree, .. core.Select(f => f.Tree)];
        return CSharpCompilation.Create(
            CoreNamespace,
            trees,
            framework.Split(Path.PathSeparator)
                .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
                .Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }
}
