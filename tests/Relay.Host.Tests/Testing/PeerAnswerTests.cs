using System.Net;
using Relay.Core.Dtls;
using Relay.Testing.Sdp;
using Xunit;

namespace Relay.Host.Tests.Testing;

public class PeerAnswerTests
{
    private const string Text = """
        v=0
        a=ice-lite
        a=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        a=ice-ufrag:abcd
        a=ice-pwd:secretsecretsecretsecret
        a=setup:passive
        a=mid:0
        a=rtpmap:111 opus/48000/2
        a=fmtp:111 minptime=10;useinbandfec=1
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=ssrc:1 cname:x
        a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host
        m=video 9 UDP/TLS/RTP/SAVPF 96 97
        a=mid:1
        a=sendonly
        a=rtpmap:96 VP8/90000
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96
        a=ssrc-group:FID 2 3
        a=ssrc:2 cname:x
        a=ssrc:2 msid:a b
        a=ssrc:3 cname:x
        a=candidate:1 1 UDP 2130706431 127.0.0.1 40000 typ host
        m=application 0 UDP/DTLS/SCTP webrtc-datachannel
        """;

    [Fact]
    public void What_a_client_needs_is_read()
    {
        var answer = PeerAnswer.Parse(Text.ReplaceLineEndings("\r\n"));
        Assert.Equal("abcd", answer.Ufrag);
        Assert.Equal("secretsecretsecretsecret", answer.Password);
        Assert.Equal("passive", answer.Setup);
        DtlsFingerprint fingerprint = answer.Fingerprint;
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (byte)i), fingerprint.Value.ToArray());
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 40000), Assert.Single(answer.Candidates));
        Assert.Equal(3, answer.Media.Count);
        Assert.Equal([1u], answer.Audio!.Ssrcs);
        Assert.Equal("opus", answer.Audio.Codecs[111]);
        Assert.Equal(4, answer.Audio.Extensions[PeerOffer.MidExtension]);
        Assert.Equal([2u, 3u], answer.Video!.Ssrcs);
        Assert.Equal(3u, answer.Video.RtxBySsrc[2]);
        Assert.Equal(97, answer.Video.RtxByCodec[96]);
        Assert.Equal("sendonly", answer.Video.Direction);
        Assert.Equal([96, 97], answer.Video.PayloadTypes);
    }
}
