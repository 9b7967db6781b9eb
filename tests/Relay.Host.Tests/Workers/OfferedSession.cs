using System.Net;
using Relay.Core.Primitives;
using Relay.Core.Sdp;
using Relay.Testing.Peers;
using Relay.Testing.Sdp;
using Xunit;

namespace Relay.Host.Tests.Workers;

/// <summary>Offers and fragments of a peer that never connects.</summary>
internal sealed class OfferedSession : IDisposable
{
    private static readonly IPEndPoint Endpoint = new(IPAddress.Parse("192.0.2.9"), 50_000);

    public PeerIdentity Identity { get; } = new();

    public string Offer => PeerOffer.Build(Identity, Endpoint, withVideo: true);

    /// <summary>With the identity's present credentials.</summary>
    public string Fragment => PeerOffer.BuildFragment(Identity, Endpoint);

    public SdpFragment ParsedFragment => SdpFragment.TryParse(Fragment).Fragment!;

    /// <summary>What the relay remembers of the offer.</summary>
    public NegotiatedSession Negotiate()
    {
        SdpAnswerResult answer = SdpAnswer.Create(SdpOffer.TryParse(Offer).Offer!, new SdpAnswerParameters
        {
            UsernameFragment = "relayufrag",
            Password = "relaypasswordrelaypassword",
            Candidates = [TransportAddress.FromEndPoint(new IPEndPoint(IPAddress.Loopback, 40_000))],
            Fingerprint = new byte[32],
            AudioSsrc = 1,
            VideoSsrc = 2,
            VideoRtxSsrc = 3,
            Cname = "relay",
            StreamId = "stream",
            AudioTrackId = "audio",
            VideoTrackId = "video",
            SessionId = 1,
        });
        Assert.NotNull(answer.Session);
        return answer.Session;
    }

    public void Dispose() => Identity.Dispose();
}
