using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Relay.Conventions.Tests;

/// <summary>Rules that need one file at a time. Each returns its violations.</summary>
internal static partial class Tidiness
{
    public const int FileLinesMax = 450;
    public const int MethodLinesMax = 70;

    private static readonly string[] EmptyNames =
        ["Manager", "Managers", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Misc"];

    private static readonly string[] UnsafeFolders = ["src/Relay.Core/Buffers/", "src/Relay.Core/Srtp/", "src/Relay.Host/Platform/"];

    /// <summary>What makes a type partial by need: its other half is written by a generator.</summary>
    private static readonly string[] GeneratorAttributes = ["LoggerMessage", "LibraryImport", "JsonSerializable", "GeneratedRegex"];

    private static readonly string[] Unfinished = ["TODO", "FIXME", "HACK", "XXX"];

    public static IEnumerable<string> LongFile(SourceFile file) =>
        file.Lines - 1 > FileLinesMax ? [$"{file.Path} has {file.Lines - 1} lines"] : [];

    public static IEnumerable<string> LongMethods(SourceFile file) =>
        from member in file.Unit.DescendantNodes()
        where member is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
            || member is PropertyDeclarationSyntax { ExpressionBody: not null }
        let lines = LinesOf(file, member)
        where lines > MethodLinesMax
        select $"{file.At(member)} {NameOf(member)} has {lines} lines";

    public static IEnumerable<string> PartialTypes(SourceFile file) =>
        from type in file.All<TypeDeclarationSyntax>()
        where type.Modifiers.Any(SyntaxKind.PartialKeyword)
        where !type.DescendantNodes().OfType<AttributeSyntax>().Any(a => GeneratorAttributes.Contains(ShortName(a), StringComparer.Ordinal))
            && !type.Members.OfType<TypeDeclarationSyntax>().Any(nested => nested.Modifiers.Any(SyntaxKind.PartialKeyword))
        select $"{file.At(type.Identifier)} {type.Identifier} is partial and no generator needs it";

    public static IEnumerable<string> NamesThatSayNothing(SourceFile file) =>
        from name in file.All<BaseTypeDeclarationSyntax>().Select(t => t.Identifier.Text)
            .Concat(file.Path.Split('/', '.')).Distinct(StringComparer.Ordinal)
        where Words().Matches(name).Any(word => EmptyNames.Contains(word.Value, StringComparer.Ordinal))
        select $"{file.Path}: the name {name} does not say what it is";

    public static IEnumerable<string> UnsafeOutsideItsFolders(SourceFile file) =>
        from token in file.Unit.DescendantTokens()
        where file.IsProduct && token.IsKind(SyntaxKind.UnsafeKeyword)
        where !UnsafeFolders.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal))
        select $"{file.At(token)} is unsafe";

    public static IEnumerable<string> UnfinishedWork(SourceFile file)
    {
        IEnumerable<string> thrown =
            from name in file.All<IdentifierNameSyntax>()
            where name.Identifier.Text is "NotImplementedException"
            select $"{file.At(name)} throws NotImplementedException";
        IEnumerable<string> noted =
            from comment in file.Unit.DescendantTrivia(descendIntoTrivia: false)
            where comment.IsKind(SyntaxKind.SingleLineCommentTrivia) || comment.IsKind(SyntaxKind.MultiLineCommentTrivia)
                || comment.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia)
            from word in Unfinished
            where Regex.IsMatch(comment.ToFullString(), $@"\b{word}\b", RegexOptions.None, TimeSpan.FromSeconds(1))
            select $"{file.Path}:{file.Tree.GetLineSpan(comment.Span).StartLinePosition.Line + 1} {word}";
        return thrown.Concat(noted);
    }

    /// <summary>A test waits for an event, and a test that is not run is no test.</summary>
    public static IEnumerable<string> SleepsAndSkips(SourceFile file)
    {
        if (!file.IsTest)
        {
            return [];
        }

        IEnumerable<string> calls =
            from access in file.All<MemberAccessExpressionSyntax>()
            let call = $"{LastName(access.Expression)}.{access.Name.Identifier.Text}"
            where call is "Thread.Sleep" || call.StartsWith("Assert.Skip", StringComparison.Ordinal)
            select $"{file.At(access)} {call}";
        IEnumerable<string> skipped =
            from argument in file.All<AttributeArgumentSyntax>()
            where argument.NameEquals?.Name.Identifier.Text is "Skip" or "SkipWhen" or "SkipUnless" or "Explicit"
            select $"{file.At(argument)} {argument}";
        return calls.Concat(skipped);
    }

    /// <summary>The host logs through [LoggerMessage] methods, so that ids are stable and arguments are seen in one place.</summary>
    public static IEnumerable<string> LogsByHand(SourceFile file) =>
        from access in file.All<MemberAccessExpressionSyntax>()
        where file.IsProduct && access.Parent is InvocationExpressionSyntax
        let name = access.Name.Identifier.Text
        where name is "LogTrace" or "LogDebug" or "LogInformation" or "LogWarning" or "LogError" or "LogCritical"
        select $"{file.At(access)} {name}";

    private static int LinesOf(SourceFile file, SyntaxNode member)
    {
        // Attributes and comments above a method are not part of what has to fit on a screen.
        SyntaxNodeOrToken first = member.ChildNodesAndTokens().First(child => !child.IsKind(SyntaxKind.AttributeList));
        return file.Tree.GetLineSpan(member.Span).EndLinePosition.Line - file.Tree.GetLineSpan(first.Span).StartLinePosition.Line + 1;
    }

    private static string NameOf(SyntaxNode member) => member switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
        _ => member.Kind().ToString(),
    };

    private static string ShortName(AttributeSyntax attribute)
    {
        string name = LastName(attribute.Name);
        return name.EndsWith("Attribute", StringComparison.Ordinal) ? name[..^"Attribute".Length] : name;
    }

    private static string LastName(SyntaxNode name) => name switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.Text,
        SimpleNameSyntax simple => simple.Identifier.Text,
        MemberAccessExpressionSyntax access => access.Name.Identifier.Text,
        _ => "",
    };

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", RegexOptions.None, 1000)]
    private static partial Regex Words();
}
