namespace Relay.Conventions.Tests;

/// <summary>The source tree on disk, found by walking up from the test's program to Relay.sln.</summary>
internal static class Repository
{
    private static readonly string[] BuildFolders = ["bin", "obj", "artifacts", ".git", ".vs", ".idea"];

    public static string Root { get; } = FindRoot();

    /// <summary>All C# files under src, tests and bench; paths relative to the root, with forward slashes, sorted.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } =
        [.. Files("*.cs").Select(path => SourceFile.Parse(path, Read(path)))];

    /// <summary>Files whose name matches, outside build output.</summary>
    /// <param name="pattern">Such as *.csproj.</param>
    /// <param name="folder">Relative to the root; empty for the whole tree.</param>
    public static IEnumerable<string> Files(string pattern, string folder = "") =>
        Walk(Path.Combine(Root, folder), pattern)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    public static bool Exists(string path) => File.Exists(Path.Combine(Root, path));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static IEnumerable<string> Walk(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern).Concat(Directory.EnumerateDirectories(folder)
            .Where(child => !BuildFolders.Contains(Path.GetFileName(child), StringComparer.Ordinal))
            .SelectMany(child => Walk(child, pattern)));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Relay.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Relay.sln above {AppContext.BaseDirectory}.");
    }
}
