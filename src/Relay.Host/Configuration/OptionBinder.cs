using System.Globalization;

namespace Relay.Host.Configuration;

/// <summary>
/// Fills <see cref="RelayOptions"/> from configuration and reports every key that is unknown or does not parse. Unlike
/// the framework's binder it says which key is meant, in one line.
/// </summary>
internal static class OptionBinder
{
    /// <summary>The keys that a config file may hold besides the options.</summary>
    private static readonly string[] Ignored = ["$schema"];

    private static readonly string[] HiddenWords = ["key", "secret", "user", "password", "credential"];

    public static RelayOptions Bind(IConfiguration configuration, List<OptionProblem> problems)
    {
        var options = new RelayOptions();
        foreach (OptionEntry entry in OptionCatalog.Entries)
        {
            IConfigurationSection section = configuration.GetSection(entry.Key);
            if (section.Exists())
            {
                BindEntry(entry, section, options, problems);
            }
        }

        foreach (IConfigurationSection leaf in Leaves(configuration))
        {
            if (!IsKnown(leaf.Path, leaf.Value))
            {
                problems.Add(Unknown(leaf));
            }
            else if (leaf.Value is null && OptionCatalog.Entries.Any(entry => !entry.IsList && IsKey(leaf.Path, entry)))
            {
                // null or an empty object in the file: not the default by accident.
                problems.Add(OptionProblem.OfValue(leaf.Path, "null", "must have a value", "value"));
            }
        }

        return options;
    }

    private static IEnumerable<IConfigurationSection> Leaves(IConfiguration configuration)
    {
        foreach (IConfigurationSection child in configuration.GetChildren())
        {
            bool hasChildren = false;
            foreach (IConfigurationSection leaf in Leaves(child))
            {
                hasChildren = true;
                yield return leaf;
            }

            if (!hasChildren)
            {
                yield return child;
            }
        }
    }

    private static bool IsKnown(string path, string? value)
    {
        foreach (OptionEntry entry in OptionCatalog.Entries)
        {
            if (IsKey(path, entry) || (entry.IsList && IsItem(path, entry.Key)))
            {
                return true;
            }

            // An empty section ("Media": {}) sets nothing and is no typo.
            if (value is null && path.Equals(entry.Section.Name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return Ignored.Contains(path, StringComparer.Ordinal);
    }

    private static bool IsKey(string path, OptionEntry entry) => path.Equals(entry.Key, StringComparison.OrdinalIgnoreCase);

    private static bool IsItem(string path, string list) =>
        path.Length > list.Length + 1
        && path[list.Length] == ':'
        && path.StartsWith(list, StringComparison.OrdinalIgnoreCase)
        && int.TryParse(path.AsSpan(list.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static OptionProblem Unknown(IConfigurationSection leaf)
    {
        string? nearest = OptionCatalog.Nearest(leaf.Path);
        string fix = nearest is null ? "Remove it; config/relay.json lists every key" : $"Did you mean {nearest}?";
        // A key near one that holds a secret may hold it.
        bool isHidden = HiddenWords.Any(word => leaf.Path.Contains(word, StringComparison.OrdinalIgnoreCase))
            || (nearest is not null && OptionCatalog.Entries.Any(entry => entry.IsHidden && IsKey(nearest, entry)));
        string shown = isHidden ? "(not shown)" : leaf.Value ?? string.Empty;
        return OptionProblem.OfValue(
            leaf.Path, shown, "there is no such key", string.Empty) with
        { Fix = fix };
    }

    private static void BindEntry(
        OptionEntry entry, IConfigurationSection section, RelayOptions options, List<OptionProblem> problems)
    {
        if (entry.IsList)
        {
            entry.Set(options, Items(section));
            return;
        }

        string text = section.Value ?? string.Empty;
        if (entry.Property.PropertyType == typeof(string))
        {
            entry.Set(options, text);
        }
        else if (entry.Property.PropertyType == typeof(bool))
        {
            if (bool.TryParse(text, out bool flag))
            {
                entry.Set(options, flag);
            }
            else
            {
                problems.Add(OptionProblem.OfValue(entry.Key, text, "must be true or false", "false"));
            }
        }
        else if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
        {
            entry.Set(options, number);
        }
        else
        {
            problems.Add(OptionCheck.OutOfRange(entry, text));
        }
    }

    /// <summary>A list is given item by item (Key:0, Key:1) or as one value with commas.</summary>
    private static string[] Items(IConfigurationSection section)
    {
        // An empty list in a JSON file shows up as an empty value; items from the environment then still count.
        if (!string.IsNullOrEmpty(section.Value))
        {
            return section.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        }

        return [.. section.GetChildren().Select(item => item.Value ?? string.Empty)];
    }
}
