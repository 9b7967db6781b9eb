using System.Globalization;
using Relay.Core.Turn;
using Relay.Host.Configuration;

namespace Relay.Host.Turn;

/// <summary>
/// <c>relay turn-credentials [--user NAME] [--ttl SECONDS] [options]</c>: makes a time-limited credential by hand, from the first
/// of Turn:Secrets. The options are those of the relay, so that --config and the environment lead to the same secret.
/// </summary>
internal static class TurnCredentialsCommand
{
    /// <summary>The first argument.</summary>
    public const string Name = "turn-credentials";

    private const string UserSwitch = "--user";
    private const string TtlSwitch = "--ttl";
    private const int TtlMaxSeconds = 366 * 24 * 3600;
    private const int NameMaxChars = 128;

    /// <summary>Prints user name and password, a line each; returns the exit code.</summary>
    /// <param name="args">What follows <see cref="Name"/>.</param>
    /// <param name="now">The time of day.</param>
    /// <param name="output">Where to.</param>
    public static int Run(string[] args, DateTimeOffset now, TextWriter output)
    {
        var problems = new List<OptionProblem>();
        string[] rest = Take(Take(args, UserSwitch, problems, out string? user), TtlSwitch, problems, out string? ttl);
        LoadedOptions loaded = OptionSources.Load(rest);
        problems.AddRange(loaded.Problems);
        TurnServiceOptions options = loaded.Options.Turn;
        int seconds = options.CredentialSeconds;
        if (ttl is not null && !(TryReadSeconds(ttl, out seconds)))
        {
            problems.Add(new OptionProblem(TtlSwitch, ttl, $"must be 1 to {TtlMaxSeconds} seconds", $"Use {TtlSwitch} 3600"));
        }

        user ??= string.Empty;
        if (user.Length > NameMaxChars || user.Any(c => c is <= ' ' or > '~'))
        {
            problems.Add(new OptionProblem(
                UserSwitch,
                "the name",
                "must be at most 128 printable ASCII characters without spaces",
                $"Use {UserSwitch} alice"));
        }

        if (problems.Count == 0 && options.Secrets.Count == 0)
        {
            problems.Add(OptionProblem.OfValue(
                "Turn:Secrets",
                string.Empty,
                "must hold a secret; one drawn at start is known to nobody",
                "(16 characters or more)"));
        }

        if (problems.Count > 0)
        {
            return StartProblems.Report(problems);
        }

        string username = TurnUsername.Of(now + TimeSpan.FromSeconds(seconds), user);
        output.WriteLine("username: " + username);
        output.WriteLine("password: " + TurnCredentials.Mint(options.Secrets[0], username));
        return 0;
    }

    private static bool TryReadSeconds(string text, out int seconds) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) && seconds is >= 1 and <= TtlMaxSeconds;

    /// <summary>Takes "--name value" or "--name=value" out of the arguments.</summary>
    private static string[] Take(string[] args, string name, List<OptionProblem> problems, out string? value)
    {
        value = null;
        var rest = new List<string>();
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i].StartsWith(name + "=", StringComparison.Ordinal))
            {
                value = args[i][(name.Length + 1)..];
            }
            else if (!args[i].Equals(name, StringComparison.Ordinal))
            {
                rest.Add(args[i]);
            }
            else if (i + 1 < args.Length)
            {
                value = args[++i];
            }
            else
            {
                problems.Add(new OptionProblem(name, "nothing", "must have a value", $"Use {name}=value"));
            }
        }

        return [.. rest];
    }
}
