using System.Net;
using System.Security.Cryptography;
using System.Text;
using Relay.Testing.Peers;

namespace Relay.Testing.Sdp;

/// <summary>Builds the SDP of a test peer, in the shape of Chrome's.</summary>
public static class PeerOffer
{
    public const int OpusPayloadType = 111;
    public const int Vp8PayloadType = 96;
    public const int RtxPayloadType = 97;

    public const string AudioMid = "0";
    public const string VideoMid = "1";

    public const string MidExtension = "urn:ietf:params:rtp-hdrext:sdes:mid";
    public const string AbsSendTimeExtension = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
    public const string TransportCcExtension = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
    public const string AudioLevelExtension = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

    /// <summary>A complete offer: bundled audio and, if asked for, video.</summary>
    /// <param name="endpoint">The peer's host candidate.</param>
    public static string Build(PeerIdentity identity, IPEndPoint endpoint, bool withVideo)
    {
        var sdp = new StringBuilder();
        long sessionId = RandomNumberGenerator.GetInt32(int.MaxValue) * 1_000_003L;
        Line(sdp, "v=0");
        Line(sdp, $"o=- {sessionId} 2 IN IP4 127.0.0.1");
        Line(sdp, "s=-");
        Line(sdp, "t=0 0");
        Line(sdp, withVideo ? $"a=group:BUNDLE {identity.AudioMid} {identity.VideoMid}" : $"a=group:BUNDLE {identity.AudioMid}");
        Line(sdp, "a=extmap-allow-mixed");
        Line(sdp, $"a=msid-semantic: WMS {identity.StreamId}");
        AddAudio(sdp, identity, endpoint);
        if (withVideo)
        {
            AddVideo(sdp, identity, endpoint);
        }

        return sdp.ToString();
    }

    /// <summary>The fragment of an ICE restart (RFC 8840), with the identity's present credentials.</summary>
    public static string BuildFragment(PeerIdentity identity, IPEndPoint endpoint)
    {
        var sdp = new StringBuilder();
        Line(sdp, $"a=ice-ufrag:{identity.Ufrag}");
        Line(sdp, $"a=ice-pwd:{identity.Password}");
        Line(sdp, $"m=audio 9 UDP/TLS/RTP/SAVPF {OpusPayloadType}");
        Line(sdp, $"a=mid:{identity.AudioMid}");
        AddCandidate(sdp, endpoint);
        Line(sdp, "a=end-of-candidates");
        return sdp.ToString();
    }

    private static void AddAudio(StringBuilder sdp, PeerIdentity identity, IPEndPoint endpoint)
    {
        Line(sdp, $"m=audio {endpoint.Port} UDP/TLS/RTP/SAVPF {OpusPayloadType} 63 9 0 8 13 110");
        AddTransport(sdp, identity, endpoint, identity.AudioMid);
        Line(sdp, $"a=extmap:1 {AudioLevelExtension}");
        Line(sdp, $"a=extmap:2 {AbsSendTimeExtension}");
        Line(sdp, $"a=extmap:3 {TransportCcExtension}");
        Line(sdp, $"a=extmap:4 {MidExtension}");
        Line(sdp, "a=sendrecv");
        Line(sdp, $"a=msid:{identity.StreamId} {identity.AudioTrackId}");
        Line(sdp, "a=rtcp-mux");
        Line(sdp, $"a=rtpmap:{OpusPayloadType} opus/48000/2");
        Line(sdp, $"a=rtcp-fb:{OpusPayloadType} transport-cc");
        Line(sdp, $"a=fmtp:{OpusPayloadType} minptime=10;useinbandfec=1");
        Line(sdp, "a=rtpmap:63 red/48000/2");
        Line(sdp, $"a=fmtp:63 {OpusPayloadType}/{OpusPayloadType}");
        Line(sdp, "a=rtpmap:9 G722/8000");
        Line(sdp, "a=rtpmap:0 PCMU/8000");
        Line(sdp, "a=rtpmap:8 PCMA/8000");
        Line(sdp, "a=rtpmap:13 CN/8000");
        Line(sdp, "a=rtpmap:110 telephone-event/48000");
        AddSource(sdp, identity, identity.AudioSsrc, identity.AudioTrackId);
    }

    private static void AddVideo(StringBuilder sdp, PeerIdentity identity, IPEndPoint endpoint)
    {
        Line(sdp, $"m=video {endpoint.Port} UDP/TLS/RTP/SAVPF {Vp8PayloadType} {RtxPayloadType} 98 99");
        AddTransport(sdp, identity, endpoint, identity.VideoMid);
        Line(sdp, "a=extmap:14 urn:ietf:params:rtp-hdrext:toffset");
        Line(sdp, $"a=extmap:2 {AbsSendTimeExtension}");
        Line(sdp, "a=extmap:13 urn:3gpp:video-orientation");
        Line(sdp, $"a=extmap:3 {TransportCcExtension}");
        Line(sdp, $"a=extmap:4 {MidExtension}");
        Line(sdp, "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id");
        Line(sdp, "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id");
        Line(sdp, "a=sendrecv");
        Line(sdp, $"a=msid:{identity.StreamId} {identity.VideoTrackId}");
        Line(sdp, "a=rtcp-mux");
        Line(sdp, "a=rtcp-rsize");
        foreach ((int codec, int rtx, string name) in new[] { (Vp8PayloadType, RtxPayloadType, "VP8"), (98, 99, "VP9") })
        {
            Line(sdp, $"a=rtpmap:{codec} {name}/90000");
            foreach (string feedback in new[] { "goog-remb", "transport-cc", "ccm fir", "nack", "nack pli" })
            {
                Line(sdp, $"a=rtcp-fb:{codec} {feedback}");
            }

            Line(sdp, $"a=rtpmap:{rtx} rtx/90000");
            Line(sdp, $"a=fmtp:{rtx} apt={codec}");
        }

        Line(sdp, $"a=ssrc-group:FID {identity.VideoSsrc} {identity.RtxSsrc}");
        AddSource(sdp, identity, identity.VideoSsrc, identity.VideoTrackId);
        AddSource(sdp, identity, identity.RtxSsrc, identity.VideoTrackId);
    }

    private static void AddTransport(StringBuilder sdp, PeerIdentity identity, IPEndPoint endpoint, string mid)
    {
        Line(sdp, $"c=IN IP4 {endpoint.Address}");
        Line(sdp, "a=rtcp:9 IN IP4 0.0.0.0");
        AddCandidate(sdp, endpoint);
        Line(sdp, $"a=ice-ufrag:{identity.Ufrag}");
        Line(sdp, $"a=ice-pwd:{identity.Password}");
        Line(sdp, "a=ice-options:trickle");
        Line(sdp, $"a=fingerprint:sha-256 {identity.FingerprintText}");
        Line(sdp, "a=setup:actpass");
        Line(sdp, $"a=mid:{mid}");
    }

    private static void AddCandidate(StringBuilder sdp, IPEndPoint endpoint) => Line(
        sdp,
        $"a=candidate:1 1 udp 2122260223 {endpoint.Address} {endpoint.Port} typ host generation 0 network-id 1");

    private static void AddSource(StringBuilder sdp, PeerIdentity identity, uint ssrc, string track)
    {
        Line(sdp, $"a=ssrc:{ssrc} cname:{identity.Cname}");
        Line(sdp, $"a=ssrc:{ssrc} msid:{identity.StreamId} {track}");
    }

    private static void Line(StringBuilder sdp, string line) => sdp.Append(line).Append("\r\n");
}
