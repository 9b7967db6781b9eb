using System.Reflection;

namespace Relay.Host.Configuration;

/// <summary>One option: its key ("Media:Port"), its rules and the property that holds it.</summary>
internal sealed record OptionEntry(string Key, OptionAttribute Rules, PropertyInfo Section, PropertyInfo Property)
{
    public object? Get(RelayOptions options) => Property.GetValue(Section.GetValue(options));

    public void Set(RelayOptions options, object value) => Property.SetValue(Section.GetValue(options), value);

    /// <summary>True if its values must not be shown to anybody.</summary>
    public bool IsHidden => Rules.Format is OptionFormat.Secret or OptionFormat.SharedSecret or OptionFormat.User;

    public bool IsList => Property.PropertyType == typeof(IReadOnlyList<string>);
}

/// <summary>All options in the order of their declaration.</summary>
internal static class OptionCatalog
{
    public static IReadOnlyList<OptionEntry> Entries { get; } =
    [
        .. from section in typeof(RelayOptions).GetProperties()
           from property in section.PropertyType.GetProperties()
           let rules = property.GetCustomAttribute<OptionAttribute>()
           where rules is not null
           select new OptionEntry(section.Name + ":" + property.Name, rules, section, property),
    ];

    /// <summary>The known key most like an unknown one, or null if none is near.</summary>
    public static string? Nearest(string key)
    {
        string? best = null;
        int bestDistance = Math.Max(3, key.Length / 3);
        foreach (OptionEntry entry in Entries)
        {
            // A key without its section ("--Port=1") is most likely the option of that name.
            string name = entry.Property.Name;
            int distance = Math.Min(
                EditDistance(key, entry.Key),
                key.Contains(':', StringComparison.Ordinal) ? int.MaxValue : EditDistance(key, name));
            if (distance < bestDistance)
            {
                (best, bestDistance) = (entry.Key, distance);
            }
        }

        return best;
    }

    private static int EditDistance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int cost = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }

        return row[^1];
    }
}
