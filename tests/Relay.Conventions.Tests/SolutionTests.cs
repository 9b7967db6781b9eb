using System.Xml.Linq;

namespace Relay.Conventions.Tests;

public sealed class SolutionTests
{
    /// <summary>Licences that let anybody use, change and sell the relay.</summary>
    private static readonly string[] Licences = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL", "Unlicense"];

    /// <summary>Replaced by code of our own or by the framework, or under a licence that costs its users.</summary>
    private static readonly string[] Banned =
    [
        "SIPSorcery", "Concentus", "BouncyCastle", "Newtonsoft.Json", "FluentAssertions", "Moq", "AutoMapper", "MediatR",
        "SixLabors", "SkiaSharp", "Serilog", "NLog",
    ];

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = Repository.Read("Relay.sln").Replace('\\', '/');
        Violations.AssertNone("Every project is in Relay.sln.", Packages.Projects.Where(p => !solution.Contains($"\"{p}\"", StringComparison.Ordinal)));
        Assert.Contains("src/Relay.Core/Relay.Core.csproj", Packages.Projects, StringComparer.Ordinal);
    }

    [Fact]
    public void Every_package_version_is_used_and_every_reference_has_one()
    {
        var used = Packages.References.Select(r => Packages.NameOf(r.Reference)).ToHashSet(StringComparer.Ordinal);
        Violations.AssertNone(
            "Directory.Packages.props lists exactly the packages in use.",
            Packages.Versions.Keys.Except(used, StringComparer.Ordinal).Select(name => $"{name} has a version but no use")
                .Concat(used.Except(Packages.Versions.Keys, StringComparer.Ordinal).Select(name => $"{name} has no version")));
    }

    [Fact]
    public void Versions_stand_in_one_file_and_are_exact()
    {
        IEnumerable<string> scattered = Packages.References
            .Where(r => r.Reference.Attribute("Version") is not null || r.Reference.Attribute("VersionOverride") is not null
                || r.Reference.Element("Version") is not null)
            .Select(r => $"{r.File}: {Packages.NameOf(r.Reference)} has a version of its own");
        IEnumerable<string> floating = Packages.Versions.Where(p => p.Value.IndexOfAny(['*', '[', '(', ',']) >= 0).Select(p => $"{p.Key} {p.Value} floats");
        Violations.AssertNone("Versions stand in Directory.Packages.props and are exact.", scattered.Concat(floating));
    }

    [Fact]
    public void No_banned_package_is_referenced() => Violations.AssertNone(
        "Some packages are not depended on.",
        Packages.Versions.Keys.Where(name => Banned.Any(b => name.Equals(b, StringComparison.OrdinalIgnoreCase) || name.StartsWith(b + ".", StringComparison.OrdinalIgnoreCase))));

    [Fact]
    public void Every_package_is_described_with_a_free_licence()
    {
        string[] rows = [.. Repository.Read("ARCHITECTURE.md").Split("## Dependencies")[^1].Split("\n## ")[0].Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];
        Violations.AssertNone(
            "ARCHITECTURE.md has a row for every package, with its licence.",
            Packages.Versions.Keys
                .Where(name => !rows.Any(row => row.Split('|')[1].Split(',').Any(cell => cell.Trim().Equals(name, StringComparison.Ordinal))))
                .Select(name => $"{name} has no row")
                .Concat(rows.SelectMany(row => row.Split('|')[2].Split(','))
                    .Select(licence => licence.Trim())
                    .Where(licence => !Licences.Contains(licence, StringComparer.Ordinal))
                    .Select(licence => $"{licence} is not a licence we take")));
    }

    [Theory]
    [InlineData("TreatWarningsAsErrors")]
    [InlineData("EnforceCodeStyleInBuild")]
    [InlineData("ManagePackageVersionsCentrally")]
    public void Build_settings_hold_for_every_project(string setting)
    {
        var common = XDocument.Parse(Repository.Read("Directory.Build.props"));
        Assert.Equal("true", common.Descendants(setting).Single().Value);
        Violations.AssertNone(
            $"No project changes {setting}.",
            Packages.Projects.Where(p => XDocument.Parse(Repository.Read(p)).Descendants(setting).Any()));
    }
}
