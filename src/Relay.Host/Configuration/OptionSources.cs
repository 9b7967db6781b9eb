using System.Text.Json;

namespace Relay.Host.Configuration;

/// <summary>Options that are fit to start with, or all the reasons why they are not.</summary>
internal sealed record LoadedOptions(RelayOptions Options, IReadOnlyList<OptionProblem> Problems);

/// <summary>Reads the options: config file, then environment, then command line.</summary>
internal static class OptionSources
{
    public const string EnvironmentPrefix = "RELAY_";
    private const string ConfigSwitch = "--config";

    public static LoadedOptions Load(string[] args)
    {
        var problems = new List<OptionProblem>();
        var builder = new ConfigurationBuilder();
        string[] rest = TakeConfigPath(args, problems, out string? path);
        if (path is not null)
        {
            AddFile(builder, path, problems);
        }

        builder.AddEnvironmentVariables(EnvironmentPrefix);
        AddCommandLine(builder, rest, problems);
        RelayOptions options = problems.Count > 0 ? new RelayOptions() : OptionBinder.Bind(builder.Build(), problems);
        if (problems.Count == 0)
        {
            OptionCheck.Run(options, problems);
        }

        return new LoadedOptions(options, problems);
    }

    private static string[] TakeConfigPath(string[] args, List<OptionProblem> problems, out string? path)
    {
        path = null;
        var rest = new List<string>();
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i].StartsWith(ConfigSwitch + "=", StringComparison.Ordinal))
            {
                path = args[i][(ConfigSwitch.Length + 1)..];
            }
            else if (args[i] is ConfigSwitch && i + 1 < args.Length)
            {
                path = args[++i];
            }
            else if (args[i] is ConfigSwitch)
            {
                problems.Add(new OptionProblem(ConfigSwitch, "nothing", "must name a file", "Use --config config/relay.json"));
            }
            else
            {
                rest.Add(args[i]);
            }
        }

        return [.. rest];
    }

    private static void AddFile(ConfigurationBuilder builder, string path, List<OptionProblem> problems)
    {
        string full = Path.GetFullPath(path);
        if (!File.Exists(full))
        {
            problems.Add(new OptionProblem(ConfigSwitch, path, "there is no such file", "Use --config config/relay.json"));
            return;
        }

        try
        {
            // Parsed here once, so that a syntax error is one line with its place and not a stack of exceptions.
            byte[] bytes = File.ReadAllBytes(full);
            var reading = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            using JsonDocument document = JsonDocument.Parse(bytes, reading);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                problems.Add(new OptionProblem(ConfigSwitch, path, "must hold one JSON object", "See config/relay.json"));
                return;
            }

            builder.AddJsonStream(new MemoryStream(bytes));
            _ = new ConfigurationBuilder().AddJsonStream(new MemoryStream(bytes)).Build();
        }
        catch (JsonException e)
        {
            problems.Add(
                new OptionProblem(
                    ConfigSwitch, path, "is not JSON: " + e.Message.ReplaceLineEndings(" "), "See config/relay.json"));
        }
        catch (FormatException e)
        {
            builder.Sources.RemoveAt(builder.Sources.Count - 1);
            problems.Add(new OptionProblem(ConfigSwitch, path, e.Message.ReplaceLineEndings(" "), "Give each key once"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new OptionProblem(ConfigSwitch, path, "cannot be read", "Check the file's permissions"));
        }
    }

    private static void AddCommandLine(ConfigurationBuilder builder, string[] args, List<OptionProblem> problems)
    {
        // The framework's parser silently skips what it does not understand; a typo must not pass for a default.
        foreach (string arg in args)
        {
            if (!arg.StartsWith("--", StringComparison.Ordinal) || !arg.Contains('=', StringComparison.Ordinal))
            {
                problems.Add(
                    OptionProblem.OfValue(
                        arg,
                        string.Empty,
                        "is not an option",
                        string.Empty) with
                    { Fix = "Write --Section:Key=value, for example --Media:Port=40000" });
                return;
            }
        }

        builder.AddCommandLine(args);
    }
}
