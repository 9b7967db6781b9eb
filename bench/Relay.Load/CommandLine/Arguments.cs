using System.Globalization;

namespace Relay.Load.CommandLine;

/// <summary>Options of the form --name value or --name, each read once; what nobody reads is an error.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <exception cref="UsageException">A word is no option, or an option is there twice.</exception>
    public Arguments(IReadOnlyList<string> words)
    {
        for (int i = 0; i < words.Count; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new UsageException($"'{words[i]}' is no option: options begin with --.");
            }

            bool hasValue = i + 1 < words.Count && !words[i + 1].StartsWith("--", StringComparison.Ordinal);
            if (!_values.TryAdd(words[i][2..], hasValue ? words[i + 1] : null))
            {
                throw new UsageException($"{words[i]} is given twice.");
            }

            i += hasValue ? 1 : 0;
        }
    }

    public bool Flag(string name)
    {
        _read.Add(name);
        return _values.TryGetValue(name, out string? value)
            && (value is null ? true : throw new UsageException($"--{name} takes no value, not '{value}'."));
    }

    public string? Text(string name)
    {
        _read.Add(name);
        return _values.TryGetValue(name, out string? value) ? value ?? throw new UsageException($"--{name} needs a value.") : null;
    }

    public string OneOf(string name, string fallback, params string[] allowed)
    {
        string value = Text(name) ?? fallback;
        return allowed.Contains(value, StringComparer.Ordinal)
            ? value
            : throw new UsageException($"--{name} is one of {string.Join(", ", allowed)}, not '{value}'.");
    }

    public int Number(string name, int fallback, int min, int max) => (int)Fraction(name, fallback, min, max, NumberStyles.Integer);

    public double Fraction(string name, double fallback, double min, double max, NumberStyles style = NumberStyles.Float)
    {
        if (Text(name) is not string text)
        {
            return fallback;
        }

        return double.TryParse(text, style, CultureInfo.InvariantCulture, out double value) && value >= min && value <= max
            ? value
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--{name} is a number from {min} to {max}, not '{text}'."));
    }

    /// <exception cref="UsageException">An option was given that the command does not have.</exception>
    public void EnsureAllRead()
    {
        string[] unknown = [.. _values.Keys.Where(name => !_read.Contains(name)).Select(name => "--" + name)];
        if (unknown.Length > 0)
        {
            throw new UsageException($"Not an option of this command: {string.Join(", ", unknown)}.");
        }
    }
}
