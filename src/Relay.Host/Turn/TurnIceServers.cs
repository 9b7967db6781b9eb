using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Core.Turn;
using Relay.Host.Api;
using Relay.Host.Configuration;
using Relay.Host.Workers;

namespace Relay.Host.Turn;

/// <summary>
/// What a session's RTCPeerConnection is told about TURN: the TCP and TLS ports, its worker's UDP port if asked for, and
/// credentials of its own. Never logged.
/// </summary>
internal sealed class TurnIceServers
{
    private readonly TurnServiceOptions _options;
    private readonly IMediaPlane _media;
    private readonly HostClock _clock;
    private readonly int[] _streamPorts;
    private readonly bool _hasTls;

    public TurnIceServers(RelayOptions options, IMediaPlane media, HostClock clock)
    {
        _options = options.Turn;
        _media = media;
        _clock = clock;
        _hasTls = options.Tls.CertificateFile.Length > 0;
        TurnSecrets.EnsureOne(_options);

        // A port that the system is to choose is not known here; only tests have such.
        _streamPorts =
        [
            .. _options.Listen
                .Select(text => ListenAddress.TryParseStream(text, out ListenAddress? listen) ? listen.Port : 0)
                .Where(port => port > 0)
                .Distinct(),
        ];
    }

    /// <summary>Whether there is anything to name.</summary>
    public bool HasAny => _options.Enabled && (_options.OfferUdp || _streamPorts.Length > 0);

    /// <summary>Fresh credentials for a session on the worker; empty if TURN is off or there is nothing to name.</summary>
    public IReadOnlyList<IceServer> For(int worker)
    {
        if (!HasAny)
        {
            return [];
        }

        IPEndPoint media = _media.AnnouncedEndPoint(worker);
        string host = Bracketed(_options.Host.Length > 0 ? _options.Host : media.Address.ToString());
        List<string> urls = _options.OfferUdp ? [Url("turn", host, media.Port, "udp")] : [];
        urls.AddRange(_streamPorts.Select(port => Url("turn", host, port, "tcp")));
        if (_hasTls)
        {
            urls.AddRange(_streamPorts.Select(port => Url("turns", host, port, "tcp")));
        }

        DateTimeOffset expiry = _clock.Time.GetUtcNow() + TimeSpan.FromSeconds(_options.CredentialSeconds);
        string username = TurnUsername.ForSession(expiry, worker);
        return [new IceServer(urls, username, TurnCredentials.Mint(_options.Secrets[0], username))];
    }

    // RFC 7065 section 3.1.
    private static string Url(string scheme, string host, int port, string transport) =>
        string.Create(CultureInfo.InvariantCulture, $"{scheme}:{host}:{port}?transport={transport}");

    private static string Bracketed(string host) =>
        IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[{host}]"
            : host;
}
