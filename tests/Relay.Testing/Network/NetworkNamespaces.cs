using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Relay.Testing.Network;

/// <summary>
/// Hosts of a small network, each a network namespace of Linux with one interface that leads through a
/// <see cref="PacketRouter"/>. The namespaces are named for this process and deleted with it; those of a process that
/// died are deleted by the next one. It needs root, iproute2 and /dev/net/tun.
/// </summary>
public sealed class NetworkNamespaces : IDisposable
{
    private const string Prefix = "relay-bench-";
    private const uint Network = 0x0A4D_0000; // 10.77.0.0/16: seen inside the namespaces only

    private readonly List<AccessLink> _links = [];
    private readonly PacketRouter? _router;

    /// <summary>Makes the hosts.</summary>
    /// <param name="count">How many, up to 250.</param>
    /// <param name="seed">Of every link's luck.</param>
    /// <exception cref="InvalidOperationException">It cannot be done here; the message says why.</exception>
    public NetworkNamespaces(int count, int seed)
    {
        DeleteLeftOvers();
        try
        {
            var random = new Random(seed);
            for (int i = 0; i < count; i++)
            {
                _links.Add(MakeHost(i, random.Next()));
            }

            _router = new PacketRouter([.. _links]);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            Dispose();
            throw new InvalidOperationException("Network namespaces cannot be made here: " + e.Message, e);
        }
    }

    /// <summary>Why this cannot be done here, or null.</summary>
    public static string? MissingReason =>
        !OperatingSystem.IsLinux() ? "network namespaces need Linux"
        : !Environment.IsPrivilegedProcess ? "network namespaces need root"
        : !File.Exists("/dev/net/tun") ? "/dev/net/tun is missing"
        : null;

    /// <summary>The name of a host's namespace, for <c>ip netns exec</c>.</summary>
    public static string Name(int host) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{host}");

    public static IPAddress Address(int host) => new(BitConverter.IsLittleEndian
        ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(AddressNumber(host))
        : AddressNumber(host));

    /// <summary>Changes what a host's link does to packets.</summary>
    public void Change(int host, LinkProfile up, LinkProfile down) => _router!.Pause(() =>
    {
        _links[host].Up.Change(up);
        _links[host].Down.Change(down);
        return 0;
    });

    /// <summary>What a host's link has done since the last call.</summary>
    public (LinkCounters Up, LinkCounters Down) Take(int host) => _router!.Pause(() => (_links[host].Up.Take(), _links[host].Down.Take()));

    public void Dispose()
    {
        _router?.Dispose();
        foreach (AccessLink link in _links)
        {
            link.Device.Dispose();
        }

        foreach (string name in Names().Where(n => n.StartsWith($"{Prefix}{Environment.ProcessId}-", StringComparison.Ordinal)))
        {
            Run("netns", "delete", name);
        }
    }

    private static uint AddressNumber(int host) => Network + (uint)host + 1;

    private static AccessLink MakeHost(int host, int seed)
    {
        string name = Name(host);
        Require("netns", "add", name);
        var device = new TunDevice(string.Create(CultureInfo.InvariantCulture, $"rb{Environment.ProcessId}h{host}"));
        try
        {
            Require("link", "set", device.Name, "netns", name);
            Require("-n", name, "address", "add", $"{Address(host)}/16", "dev", device.Name);
            Require("-n", name, "link", "set", "lo", "up");
            Require("-n", name, "link", "set", device.Name, "up", "mtu", "1500");
            Require("-n", name, "route", "add", "default", "dev", device.Name);
        }
        catch (InvalidOperationException)
        {
            device.Dispose();
            throw;
        }

        var clean = new LinkProfile("clean");
        return new AccessLink(device, AddressNumber(host), new Link(clean, new Random(seed)), new Link(clean, new Random(seed + 1)));
    }

    private static void DeleteLeftOvers()
    {
        foreach (string name in Names())
        {
            string[] parts = name.Split('-');
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && parts.Length == 4 && !Directory.Exists("/proc/" + parts[2]))
            {
                Run("netns", "delete", name);
            }
        }
    }

    private static IEnumerable<string> Names() => Run("netns", "list").Output
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]);

    private static void Require(params string[] arguments)
    {
        (int code, string output) = Run(arguments);
        if (code != 0)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {output.Trim()}");
        }
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("ip", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
