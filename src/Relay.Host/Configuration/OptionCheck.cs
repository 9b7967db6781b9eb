using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Core.Turn;
using Relay.Host.Platform;

namespace Relay.Host.Configuration;

/// <summary>Checks every value against its rules, and the few that depend on each other.</summary>
internal static class OptionCheck
{
    public static readonly string[] SrtpProfileNames = ["AEAD_AES_128_GCM", "AEAD_AES_256_GCM", "AES128_CM_SHA1_80"];

    private const string Hidden = "(not shown)";
    private const int KeyMinChars = 16;
    private const int KeyMaxChars = 256;

    public static void Run(RelayOptions options, List<OptionProblem> problems)
    {
        foreach (OptionEntry entry in OptionCatalog.Entries)
        {
            switch (entry.Get(options))
            {
                case int number when !entry.Rules.Allows(number):
                    problems.Add(OutOfRange(entry, number.ToString(CultureInfo.InvariantCulture)));
                    break;
                case string text when Complaint(entry.Rules.Format, text) is { } complaint:
                    problems.Add(
                        OptionProblem.OfValue(entry.Key, Shown(entry, text), complaint, Example(entry.Rules.Format)));
                    break;
                case IReadOnlyList<string> items:
                    CheckList(entry, items, problems);
                    break;
            }
        }

        CheckTogether(options, problems);
        CheckAdmin(options.Admin, options.Http, problems);
        CheckFanOut(options, problems);
        TurnOptionCheck.Run(options, problems);
    }

    public static OptionProblem OutOfRange(OptionEntry entry, string value)
    {
        string allowed = string.Create(
            CultureInfo.InvariantCulture,
            $"must be a whole number from {entry.Rules.Min} to {entry.Rules.Max} ({entry.Rules.Unit})");
        return OptionProblem.OfValue(entry.Key, value, allowed, DefaultOf(entry));
    }

    private static string DefaultOf(OptionEntry entry) =>
        Convert.ToString(entry.Get(new RelayOptions()), CultureInfo.InvariantCulture) ?? string.Empty;

    private static void CheckList(OptionEntry entry, IReadOnlyList<string> items, List<OptionProblem> problems)
    {
        if (items.Count > entry.Rules.MaxItems)
        {
            string count = items.Count.ToString(CultureInfo.InvariantCulture) + " items";
            string allowed = string.Create(CultureInfo.InvariantCulture, $"must have at most {entry.Rules.MaxItems} items");
            problems.Add(OptionProblem.OfValue(entry.Key, count, allowed, Example(entry.Rules.Format)));
            return;
        }

        for (int i = 0; i < items.Count; i++)
        {
            string shown = Shown(entry, items[i]);
            if (Complaint(entry.Rules.Format, items[i]) is { } complaint)
            {
                problems.Add(OptionProblem.OfValue(entry.Key, shown, complaint, Example(entry.Rules.Format)));
            }
            else if (items.Take(i).Contains(items[i], entry.IsHidden ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase))
            {
                problems.Add(OptionProblem.OfValue(entry.Key, shown, "must be listed only once", shown));
            }
        }
    }

    private static string Shown(OptionEntry entry, string value) => entry.IsHidden ? Hidden : value;

    private static void CheckTogether(RelayOptions options, List<OptionProblem> problems)
    {
        MediaOptions media = options.Media;
        if (media.SrtpProfiles.Count == 0)
        {
            problems.Add(
                OptionProblem.OfValue("Media:SrtpProfiles", string.Empty, "must name at least one profile", SrtpProfileNames[0]));
        }

        if (media.Port != 0 && media.Port + media.Workers - 1 > IPEndPoint.MaxPort && media.Port <= IPEndPoint.MaxPort)
        {
            int highest = IPEndPoint.MaxPort - media.Workers + 1;
            string allowed = string.Create(
                CultureInfo.InvariantCulture, $"must leave a port for each of {media.Workers} workers (at most {highest})");
            problems.Add(
                OptionProblem.OfValue("Media:Port", media.Port.ToString(CultureInfo.InvariantCulture), allowed, "40000"));
        }

        if (media.MeasureLatency && media.UsePortableSockets)
        {
            problems.Add(OptionProblem.OfValue(
                "Media:MeasureLatency",
                "true",
                "must be false with Media:UsePortableSockets, which have no timestamps",
                "false"));
        }

        if (media.LegsPerWorkerTarget > media.MaxLegsPerWorker)
        {
            string allowed = string.Create(
                CultureInfo.InvariantCulture, $"must not be above Media:MaxLegsPerWorker ({media.MaxLegsPerWorker})");
            string value = media.LegsPerWorkerTarget.ToString(CultureInfo.InvariantCulture);
            problems.Add(
                OptionProblem.OfValue(
                    "Media:LegsPerWorkerTarget", value, allowed, media.MaxLegsPerWorker.ToString(CultureInfo.InvariantCulture)));
        }
    }

    private static void CheckAdmin(AdminOptions admin, HttpOptions http, List<OptionProblem> problems)
    {
        if (!ListenAddress.TryParse(admin.Listen, out ListenAddress? listen))
        {
            return;
        }

        if (admin.Key.Length == 0)
        {
            problems.Add(OptionProblem.OfValue(
                "Admin:Key", string.Empty, "must be set, because Admin:Listen is", Example(OptionFormat.Secret)));
        }

        // At start both are found free, since neither listens yet.
        if (ListenAddress.TryParse(http.Listen, out ListenAddress? other) && Collide(listen, other))
        {
            problems.Add(OptionProblem.OfValue(
                "Admin:Listen", admin.Listen, "must not be where Http:Listen is", Example(OptionFormat.OptionalListenUrl)));
        }

        if (!IPAddress.IsLoopback(listen.Address) && !admin.AllowRemote)
        {
            problems.Add(OptionProblem.OfValue(
                "Admin:Listen", admin.Listen, "must be a loopback address, unless Admin:AllowRemote is true", "http://127.0.0.1:8081"));
        }
    }

    // Up to three packets' copies wait between two send calls, and packets to repeat may hold the rest of the pool.
    private static void CheckFanOut(RelayOptions options, List<OptionProblem> problems)
    {
        MediaOptions media = options.Media;
        int highest = media.PoolSlotsPerWorker / 4;
        if (options.Admin.Listen.Length > 0 && Math.Min(media.ConsumersPerProducerMax, media.MaxLegsPerWorker) > highest)
        {
            string allowed = string.Create(
                CultureInfo.InvariantCulture,
                $"must not be above a quarter of Media:PoolSlotsPerWorker ({highest}), or raise that");
            string value = media.ConsumersPerProducerMax.ToString(CultureInfo.InvariantCulture);
            problems.Add(OptionProblem.OfValue(
                "Media:ConsumersPerProducerMax", value, allowed, highest.ToString(CultureInfo.InvariantCulture)));
        }
    }

    private static bool Collide(ListenAddress one, ListenAddress other) =>
        one.Port == other.Port
        && one.Port != 0
        && (one.Address.Equals(other.Address) || IsWildcard(one.Address) || IsWildcard(other.Address));

    private static string? Complaint(OptionFormat format, string text)
    {
        bool good = format switch
        {
            OptionFormat.ListenUrl => ListenAddress.TryParse(text, out _),
            OptionFormat.OptionalListenUrl => text.Length == 0 || ListenAddress.TryParse(text, out _),
            OptionFormat.Secret => text.Length == 0 || IsKey(text),
            OptionFormat.SharedSecret => IsKey(text),
            OptionFormat.User => TurnOptionCheck.IsUser(text),
            OptionFormat.Origin => text is "*" || IsOrigin(text),
            OptionFormat.Address => IPAddress.TryParse(text, out _),
            OptionFormat.ReachableAddress => IPAddress.TryParse(text, out IPAddress? address) && !IsWildcard(address),
            OptionFormat.Network => IPAddress.TryParse(text, out _) || IPNetwork.TryParse(text, out _),
            OptionFormat.AddressRange => AddressRange.TryParse(text, out _),
            OptionFormat.EndPoint => TurnOptionCheck.IsEndPoint(text),
            OptionFormat.StreamListenUrl => ListenAddress.TryParseStream(text, out _),
            OptionFormat.OptionalHost => TurnOptionCheck.IsOptionalHost(text),
            OptionFormat.Realm => TurnOptionCheck.IsRealm(text),
            OptionFormat.PeerMode => TurnOptionCheck.PeerModes.Contains(text, StringComparer.Ordinal),
            OptionFormat.Processor => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && number < PacketThread.ProcessorsMax,
            OptionFormat.SrtpProfile => SrtpProfileNames.Contains(text, StringComparer.Ordinal),
            _ => true,
        };

        return good ? null : Allowed(format);
    }

    private static string Allowed(OptionFormat format) => format switch
    {
        OptionFormat.ListenUrl => "must be http://address:port with an IP address or localhost and no path",
        OptionFormat.OptionalListenUrl => "must be http://address:port with an IP address or localhost and no path, or empty",
        OptionFormat.Secret or OptionFormat.SharedSecret => "must be 16 to 256 printable ASCII characters without spaces",
        OptionFormat.Origin => "must be an origin such as https://chat.example (no path), or *",
        OptionFormat.Address => "must be an IPv4 or IPv6 address",
        OptionFormat.ReachableAddress => "must be an IPv4 or IPv6 address that clients can reach (no wildcard)",
        OptionFormat.Network => "must be an address or a network such as 10.0.0.0/8",
        OptionFormat.User => "must be name:password in printable ASCII without spaces, the name up to 128 characters",
        OptionFormat.AddressRange => "must be an address, a network such as 10.0.0.0/8 or a range such as 192.0.2.1-192.0.2.9",
        OptionFormat.EndPoint => "must be address:port, with an IPv6 address in brackets",
        OptionFormat.StreamListenUrl => "must be tcp://address:port with an IP address or localhost and no path",
        OptionFormat.OptionalHost => "must be a host name or an address without a port, or empty",
        OptionFormat.Realm => "must be 1 to 16 printable ASCII characters without quotes and backslashes",
        OptionFormat.PeerMode => "must be " + string.Join(" or ", TurnOptionCheck.PeerModes),
        OptionFormat.Processor => "must be the number of a processor, from 0",
        OptionFormat.SrtpProfile => "must be one of " + string.Join(", ", SrtpProfileNames),
        _ => "may be anything",
    };

    private static string Example(OptionFormat format) => format switch
    {
        OptionFormat.ListenUrl => "http://127.0.0.1:8080",
        OptionFormat.OptionalListenUrl => "http://127.0.0.1:8081",
        OptionFormat.Secret or OptionFormat.SharedSecret => "(16 characters or more)",
        OptionFormat.Origin => "https://chat.example",
        OptionFormat.Address => "0.0.0.0",
        OptionFormat.ReachableAddress => "192.0.2.10",
        OptionFormat.Network => "10.0.0.0/8",
        OptionFormat.User => "name:password",
        OptionFormat.AddressRange => "10.0.0.0/8",
        OptionFormat.EndPoint => "192.0.2.20:3478",
        OptionFormat.StreamListenUrl => "tcp://0.0.0.0:443",
        OptionFormat.OptionalHost => "turn.chat.example",
        OptionFormat.Realm => "relay",
        OptionFormat.PeerMode => TurnOptionCheck.PeerModes[0],
        OptionFormat.Processor => "1",
        OptionFormat.SrtpProfile => SrtpProfileNames[0],
        _ => "value",
    };

    private static bool IsKey(string text) =>
        text.Length is >= KeyMinChars and <= KeyMaxChars && text.All(c => c is > ' ' and <= '~');

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
        && uri.Scheme is "http" or "https"
        && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase)
        && uri.UserInfo.Length == 0;

    private static bool IsWildcard(IPAddress address) =>
        address.Equals(address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any);
}
