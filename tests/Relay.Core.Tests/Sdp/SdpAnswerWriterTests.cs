using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpAnswerWriterTests
{
    private const string ChromeAnswer = """
        v=0
        o=- 4242 1 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=ice-lite
        a=group:BUNDLE 0 1
        a=extmap-allow-mixed
        a=msid-semantic:WMS *
        m=audio 9 UDP/TLS/RTP/SAVPF 111 63
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=candidate:1 1 udp 2130706431 198.51.100.1 40000 typ host
        a=candidate:2 1 udp 2130706175 2001:db8::7 40000 typ host
        a=end-of-candidates
        a=ice-ufrag:relayufrag01
        a=ice-pwd:relaypasswordrelaypassw0rd
        a=fingerprint:sha-256 C0:C1:C2:C3:C4:C5:C6:C7:C8:C9:CA:CB:CC:CD:CE:CF:D0:D1:D2:D3:D4:D5:D6:D7:D8:D9:DA:DB:DC:DD:DE:DF
        a=setup:passive
        a=mid:0
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=sendrecv
        a=msid:relaystream relayaudio
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:111 opus/48000/2
        a=rtcp-fb:111 transport-cc
        a=fmtp:111 minptime=10;useinbandfec=1
        a=rtpmap:63 red/48000/2
        a=fmtp:63 111/111
        a=ssrc:11111 cname:relaycname
        a=ssrc:11111 msid:relaystream relayaudio
        m=video 9 UDP/TLS/RTP/SAVPF 96 97 108 109
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:relayufrag01
        a=ice-pwd:relaypasswordrelaypassw0rd
        a=fingerprint:sha-256 C0:C1:C2:C3:C4:C5:C6:C7:C8:C9:CA:CB:CC:CD:CE:CF:D0:D1:D2:D3:D4:D5:D6:D7:D8:D9:DA:DB:DC:DD:DE:DF
        a=setup:passive
        a=mid:1
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:13 urn:3gpp:video-orientation
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=extmap:6 http://www.webrtc.org/experiments/rtp-hdrext/video-content-type
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=sendrecv
        a=msid:relaystream relayvideo
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:96 VP8/90000
        a=rtcp-fb:96 goog-remb
        a=rtcp-fb:96 transport-cc
        a=rtcp-fb:96 ccm fir
        a=rtcp-fb:96 nack
        a=rtcp-fb:96 nack pli
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96
        a=rtpmap:108 H264/90000
        a=rtcp-fb:108 goog-remb
        a=rtcp-fb:108 transport-cc
        a=rtcp-fb:108 ccm fir
        a=rtcp-fb:108 nack
        a=rtcp-fb:108 nack pli
        a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
        a=rtpmap:109 rtx/90000
        a=fmtp:109 apt=108
        a=ssrc-group:FID 22222 33333
        a=ssrc:22222 cname:relaycname
        a=ssrc:22222 msid:relaystream relayvideo
        a=ssrc:33333 cname:relaycname
        a=ssrc:33333 msid:relaystream relayvideo

        """;

    [Fact]
    public void The_whole_answer_to_the_chrome_offer()
    {
        Assert.Equal(ChromeAnswer.ReplaceLineEndings("\r\n"), SdpOffers.Accept(SdpOffers.Load("chrome")).Text);
    }

    [Theory]
    [InlineData("sendrecv", "sendrecv", true)]
    [InlineData("sendonly", "recvonly", false)]
    [InlineData("recvonly", "sendonly", true)]
    [InlineData("inactive", "inactive", false)]
    public void Directions_are_mirrored_and_streams_announced_only_if_the_relay_sends(string offered, string answered, bool sends)
    {
        (string text, NegotiatedSession session) = SdpOffers.Accept(SdpOffers.SmallWith("a=mid:v", "a=mid:v\na=" + offered));
        string[] video = SdpOffers.Sections(text)[2];

        Assert.Equal(answered, session.Video!.Direction.ToAttribute());
        Assert.Contains("a=" + answered, video, StringComparer.Ordinal);
        Assert.Equal(sends, video.Any(line => line.StartsWith("a=ssrc", StringComparison.Ordinal)));
        Assert.Equal(sends, video.Any(line => line.StartsWith("a=msid:", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_rejected_m_line_keeps_its_place_protocol_formats_and_mid()
    {
        List<string[]> sections = SdpOffers.Sections(SdpOffers.Accept(SdpOffers.Load("chrome-data")).Text);

        Assert.Contains("a=group:BUNDLE 0 1", sections[0], StringComparer.Ordinal);
        Assert.Equal(
            ["m=application 0 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=mid:2", "a=inactive"],
            sections[3]);
    }

    [Fact]
    public void Without_rtx_the_relay_announces_one_video_stream()
    {
        string[] video = SdpOffers.Sections(SdpOffers.Accept(SdpOffers.SmallWith("a=rtcp-fb:96 nack", string.Empty)).Text)[2];

        Assert.Equal("m=video 9 UDP/TLS/RTP/SAVPF 96", video[0]);
        Assert.DoesNotContain(
            video, line => line.Contains("33333", StringComparison.Ordinal) || line.Contains("rtx", StringComparison.Ordinal));
        Assert.Contains("a=ssrc:22222 cname:relaycname", video, StringComparer.Ordinal);
    }

    [Fact]
    public void Rtcp_rsize_dtx_ice2_and_media_level_mixing_are_answered_only_if_offered()
    {
        string plain = SdpOffers.Accept(SdpOffers.Small).Text;
        string offer = SdpOffers.SmallWith(
            "a=rtpmap:111 opus/48000/2",
            "a=rtpmap:111 opus/48000/2\na=fmtp:111 stereo=1;usedtx=1\na=rtcp-rsize\na=extmap-allow-mixed\na=ice-options:ice2");
        List<string[]> sections = SdpOffers.Sections(SdpOffers.Accept(offer).Text);

        Assert.DoesNotContain("a=rtcp-rsize", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("usedtx", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("allow-mixed", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("ice2", plain, StringComparison.Ordinal);
        Assert.Contains("a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1", sections[1], StringComparer.Ordinal);
        Assert.Contains("a=rtcp-rsize", sections[1], StringComparer.Ordinal);
        Assert.Contains("a=extmap-allow-mixed", sections[1], StringComparer.Ordinal);
        Assert.Contains("a=ice-options:ice2", sections[0], StringComparer.Ordinal);
        Assert.DoesNotContain("a=rtcp-rsize", sections[2], StringComparer.Ordinal);
    }

    [Fact]
    public void An_extension_direction_is_answered_mirrored()
    {
        string offer = SdpOffers.SmallWith("a=mid:v", "a=mid:v\na=recvonly\na=extmap:3/recvonly urn:3gpp:video-orientation");
        List<string[]> sections = SdpOffers.Sections(SdpOffers.Accept(offer).Text);
        Assert.Contains("a=extmap:3/sendonly urn:3gpp:video-orientation", sections[2], StringComparer.Ordinal);
    }

    [Fact]
    public void The_session_id_stays_below_2_to_the_63() =>
        Assert.Contains(
            "o=- 9223372036854775807 1 IN IP4 0.0.0.0\r\n",
            SdpOffers.Accept(SdpOffers.Small, SdpOffers.Parameters with { SessionId = ulong.MaxValue }).Text,
            StringComparison.Ordinal);
}
