using System.Net;
using System.Net.Sockets;
using Relay.Core.Primitives;
using Relay.Core.Turn;
using Relay.Host.Configuration;
using Relay.Host.Turn;
using Relay.Host.Workers;

namespace Relay.Host.Check;

/// <summary>Every way by which clients are told to come, from the relay's own options.</summary>
/// <param name="Announced">The addresses that clients are told, and that allocations are at.</param>
/// <param name="Targets">What to try.</param>
/// <param name="Lines">What can be said without trying.</param>
internal sealed record CheckPlan(
    IReadOnlySet<IPAddress> Announced, IReadOnlyList<CheckTarget> Targets, IReadOnlyList<CheckLine> Lines)
{
    /// <summary>Makes it; looks Turn:Host up.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="limit">The longest wait for the look-up.</param>
    public static async Task<CheckPlan> MakeAsync(RelayOptions options, TimeSpan limit)
    {
        var lines = new List<CheckLine>();
        IReadOnlyList<TransportAddress> announced = AnnouncedAddresses.Resolve(options.Media, options.Media.Port);
        var announcedAddresses = announced.Select(address => address.ToEndPoint().Address).ToHashSet();
        if (announced.Count == 0)
        {
            lines.Add(new CheckLine(
                CheckOutcome.Failed,
                $"this machine has no address that Media:BindAddress ({options.Media.BindAddress}) stands for: clients are told none. "
                + "For IPv6 set it to [::], or set Media:AnnouncedAddresses"));
            return new CheckPlan(announcedAddresses, [], lines);
        }

        string host = options.Turn.Host.Length > 0 ? options.Turn.Host : announced[0].ToEndPoint().Address.ToString();
        IPAddress[] addresses = await LookUpAsync(host, limit, lines);
        NoteUnreachable(options.Media, announced, lines);
        var targets = new List<CheckTarget>();
        AddDatagrams(options, host, addresses, targets, lines);
        AddDiscovery(options.Turn, targets);
        AddStreams(options, host, addresses, targets, lines);
        return new CheckPlan(announcedAddresses, targets, lines);
    }

    private static void NoteUnreachable(MediaOptions media, IReadOnlyList<TransportAddress> announced, List<CheckLine> lines)
    {
        if (IPAddress.IsLoopback(IPAddress.Parse(media.BindAddress)))
        {
            lines.Add(new CheckLine(
                CheckOutcome.Note,
                $"Media:BindAddress is {media.BindAddress}: only this machine reaches the media ports. Set it to 0.0.0.0, or [::] for both "
                + "families"));
        }
        else if (announced.All(address => SpecialPurposeAddresses.Contains(address.Address)))
        {
            lines.Add(new CheckLine(
                CheckOutcome.Note,
                "no announced media address is public: clients on the internet cannot reach it. If this host is behind a NAT, set "
                + "Media:AnnouncedAddresses to the public address"));
        }
    }

    private static async Task<IPAddress[]> LookUpAsync(string host, TimeSpan limit, List<CheckLine> lines)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return [address];
        }

        using var stop = new CancellationTokenSource(limit);
        try
        {
            return [.. (await Dns.GetHostAddressesAsync(host, stop.Token)).Distinct()];
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException { SocketErrorCode: SocketError.TryAgain })
        {
            lines.Add(new CheckLine(
                CheckOutcome.Failed,
                $"{host}: no name server tells this machine in time where Turn:Host leads to. Does its DNS work (/etc/resolv.conf)?"));
            return [];
        }
        catch (SocketException e)
        {
            lines.Add(new CheckLine(
                CheckOutcome.Failed,
                $"{host}: the name of Turn:Host does not resolve here ({ProbeException.Text(e)}). Is its DNS record there?"));
            return [];
        }
    }

    private static void AddDatagrams(
        RelayOptions options, string host, IPAddress[] addresses, List<CheckTarget> targets, List<CheckLine> lines)
    {
        MediaOptions media = options.Media;
        if (media.Port == 0)
        {
            lines.Add(new CheckLine(
                CheckOutcome.Failed,
                "UDP: Media:Port is 0, so the running relay has ports that nobody else knows. Set it to a port"));
            return;
        }

        for (int worker = 0; worker < media.Workers; worker++)
        {
            int port = media.Port + worker;
            IPEndPoint[] ends = [.. AnnouncedAddresses.Resolve(media, port).Select(address => address.ToEndPoint())];
            targets.AddRange(ends.Select(end => new CheckTarget(CheckTransport.Udp, end.Address.ToString(), end, worker)));
            // Turn:Host, which may lead to a balancer for TCP, stands for UDP only if iceServers say so.
            targets.AddRange((options.Turn.OfferUdp ? addresses : [])
                .Select(address => new IPEndPoint(address, port))
                .Except(ends)
                .Select(end => new CheckTarget(CheckTransport.Udp, host, end, worker)));
        }
    }

    private static void AddDiscovery(TurnServiceOptions turn, List<CheckTarget> targets)
    {
        if (DiscoveryService.ToldAddresses(turn) is [TransportAddress primary, TransportAddress alternate])
        {
            targets.AddRange(BehaviorDiscovery.Combine(primary, alternate)
                .Select(address => address.ToEndPoint())
                .Select(end => new CheckTarget(CheckTransport.Udp, end.Address.ToString(), end, CheckTarget.Discovery)));
        }
    }

    private static void AddStreams(
        RelayOptions options, string host, IPAddress[] addresses, List<CheckTarget> targets, List<CheckLine> lines)
    {
        if (options.Turn.Listen.Count == 0)
        {
            lines.Add(new CheckLine(
                CheckOutcome.Note, "TCP and TLS are off (Turn:Listen is empty): clients whose network blocks UDP cannot come"));
        }
        else if (options.Tls.CertificateFile.Length == 0)
        {
            lines.Add(new CheckLine(
                CheckOutcome.Note, "TLS is off (Tls:CertificateFile is empty): clients whose network lets only TLS out cannot come"));
        }

        foreach (string text in options.Turn.Listen)
        {
            if (!ListenAddress.TryParseStream(text, out ListenAddress? listen) || listen.Port == 0)
            {
                lines.Add(new CheckLine(CheckOutcome.Note, $"{text}: clients are not told of a port that the system chooses"));
                continue;
            }

            IPEndPoint[] ends = [.. addresses.Select(address => new IPEndPoint(address, listen.Port))];
            IEnumerable<IPEndPoint> candidates =
                AnnouncedAddresses.Resolve(options.Media, listen.Address, listen.Port).Select(address => address.ToEndPoint());
            Add(CheckTransport.Tcp, ends, host);
            foreach (IPEndPoint end in candidates)
            {
                Add(CheckTransport.Tcp, [end], end.Address.ToString());
            }

            if (options.Tls.CertificateFile.Length > 0)
            {
                Add(CheckTransport.Tls, ends, host);
            }
        }

        // Two listeners, for IPv4 and IPv6, lead to the same targets.
        void Add(CheckTransport transport, IEnumerable<IPEndPoint> ends, string name)
        {
            foreach (IPEndPoint end in ends)
            {
                if (!targets.Exists(known => known.Transport == transport && known.EndPoint.Equals(end)))
                {
                    targets.Add(new CheckTarget(transport, name, end, 0));
                }
            }
        }
    }
}
