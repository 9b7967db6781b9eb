namespace Relay.Host.Configuration;

/// <summary>One reason not to start: which key, what it says, what it may say and how to change it.</summary>
internal sealed record OptionProblem(string Key, string Value, string Allowed, string Fix)
{
    public override string ToString() => $"{Key} = {Value}: {Allowed}. {Fix}";

    /// <summary>A value that breaks the rules of a known option.</summary>
    public static OptionProblem OfValue(string key, string value, string allowed, string example) =>
        new(
            key,
            Quote(value),
            allowed,
            $"Set {key} in the config file, RELAY_{key.Replace(":", "__", StringComparison.Ordinal)} or --{key}={example}");

    private static string Quote(string value)
    {
        // One line per problem, whatever the value holds.
        string line = string.Concat(value.Select(c => char.IsControl(c) ? '?' : c));
        return "\"" + (line.Length <= 100 ? line : line[..100] + "...") + "\"";
    }
}
