using System.Xml.Linq;

namespace Relay.Conventions.Tests;

public sealed class LayeringTests
{
    [Fact]
    public void Edges_between_folders_of_the_core_go_only_downward() =>
        Violations.AssertNone("A layer may use only those below it (ARCHITECTURE.md, code map).", Layers.Violations(Repository.Sources));

    [Fact]
    public void Namespaces_follow_folders() =>
        Violations.AssertNone("The namespace of a file is its folder.", Layers.Misplaced(Repository.Sources));

    [Fact]
    public void The_core_depends_on_nothing_but_analyzers()
    {
        var project = XDocument.Parse(Repository.Read("src/Relay.Core/Relay.Core.csproj"));
        Violations.AssertNone(
            "The core has no packages, no other projects and no frameworks beside the runtime.",
            from item in project.Descendants()
            where item.Name.LocalName is "ProjectReference" or "FrameworkReference"
                || (item.Name.LocalName is "PackageReference" && (string?)item.Attribute("PrivateAssets") is not "all")
            select item.ToString());
    }

    [Theory]
    [InlineData("Ice", "using Relay.Core.Sfu; class Uses { }")]
    [InlineData("Ice", "class Uses { Relay.Core.Sfu.Target? _target; }")]
    [InlineData("Ice", "class Uses { Core.Sfu.Target? _target; }")]
    [InlineData("Ice", "class Uses { Sfu.Target? _target; }")]
    [InlineData("Ice", "using T = Relay.Core.Sfu.Target; class Uses { T? _target; }")]
    [InlineData("Pairing", "class Uses { int Read() => Engine.Door.Open().Value; }")]
    [InlineData("Rtp", "using Relay.Core.Srtp; class Uses { }")]
    [InlineData("Stun", "class Uses { Ice.Leg? _leg; }")]
    public void An_upward_edge_is_found_however_it_is_written(string layer, string code)
    {
        string usings = code.StartsWith("using", StringComparison.Ordinal) ? code[..(code.IndexOf(';', StringComparison.Ordinal) + 1)] : "";
        SourceFile[] files =
        [
            Source("Sfu", "Target", "public class Target { public int Value => 1; }"),
            Source("Engine", "Door", "public class Door { public static Sfu.Target Open() => new(); }"),
            Source("Srtp", "Keys", "public class Keys { }"),
            Source("Ice", "Leg", "public class Leg { }"),
            SourceFile.Parse($"{Layers.CoreFolder}{layer}/Uses.cs", $"{usings} namespace Relay.Core.{layer}; {code[usings.Length..]}"),
        ];
        string violation = Assert.Single(Layers.Violations(files).Take(1));
        Assert.StartsWith($"{Layers.CoreFolder}{layer}/Uses.cs:1 uses ", violation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_downward_edge_is_no_violation() => Assert.Empty(Layers.Violations(
    [
        Source("Rtp", "Header", "public class Header { }"),
        Source("Srtp", "Uses", "public class Uses { Rtp.Header? _header; }"),
        Source("Engine", "Uses", "public class Uses { Srtp.Uses? _keys; Rtp.Header? _header; }"),
    ]));

    [Fact]
    public void A_folder_without_a_layer_is_a_violation() =>
        Assert.Single(Layers.Violations([Source("Extras", "Uses", "public class Uses { }")]));

    private static SourceFile Source(string layer, string name, string code) =>
        SourceFile.Parse($"{Layers.CoreFolder}{layer}/{name}.cs", $"namespace Relay.Core.{layer}; {code}");
}
