using System.Xml.Linq;

namespace Relay.Conventions.Tests;

/// <summary>Projects and packages as the build files name them.</summary>
internal static class Packages
{
    public static IReadOnlyList<string> Projects { get; } = [.. Repository.Files("*.csproj")];

    /// <summary>Name and version from Directory.Packages.props.</summary>
    public static IReadOnlyDictionary<string, string> Versions { get; } = XDocument.Parse(Repository.Read("Directory.Packages.props"))
        .Descendants("PackageVersion").ToDictionary(p => (string)p.Attribute("Include")!, p => (string)p.Attribute("Version")!, StringComparer.Ordinal);

    /// <summary>Every PackageReference with the file it stands in.</summary>
    public static IReadOnlyList<(string File, XElement Reference)> References { get; } =
    [
        .. Projects.Append("Directory.Build.props").SelectMany(file =>
            XDocument.Parse(Repository.Read(file)).Descendants("PackageReference").Select(reference => (file, reference))),
    ];

    public static string NameOf(XElement reference) => (string)(reference.Attribute("Include") ?? reference.Attribute("Update"))!;
}
