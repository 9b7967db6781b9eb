using Relay.Core.Primitives;
using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

/// <summary>Offers of real clients (offers/*.sdp), a small hand-made one, and the relay's side of an answer.</summary>
internal static class SdpOffers
{
    public const string Sha256 =
        "sha-256 01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F:20";

    public static readonly string[] Names =
    [
        "aiortc", "chrome", "chrome-data", "chrome-max-bundle", "chrome-recvonly", "chrome-simulcast", "chrome-voice",
        "firefox", "safari",
    ];

    /// <summary>Audio and video, one codec each, credentials and fingerprint at the session level.</summary>
    public const string Small = """
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE a v
        a=ice-ufrag:clientufrag
        a=ice-pwd:clientpasswordclientpassword
        a=fingerprint:sha-256 01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F:20
        a=setup:actpass
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        a=mid:a
        a=rtcp-mux
        a=rtpmap:111 opus/48000/2
        m=video 9 UDP/TLS/RTP/SAVPF 96 97
        a=mid:v
        a=rtcp-mux
        a=rtpmap:96 VP8/90000
        a=rtcp-fb:96 nack
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96

        """;

    public static TheoryData<string> AllNames
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (string name in Names)
            {
                names.Add(name);
            }

            return names;
        }
    }

    public static SdpAnswerParameters Parameters { get; } = new()
    {
        UsernameFragment = "relayufrag01",
        Password = "relaypasswordrelaypassw0rd",
        Candidates =
        [
            TransportAddress.FromIPv4(0xC6336401, 40000),
            new TransportAddress(new UInt128(0x2001_0DB8_0000_0000UL, 7), 40000),
        ],
        Fingerprint = Enumerable.Range(0xC0, 32).Select(i => (byte)i).ToArray(),
        AudioSsrc = 11111,
        VideoSsrc = 22222,
        VideoRtxSsrc = 33333,
        Cname = "relaycname",
        StreamId = "relaystream",
        AudioTrackId = "relayaudio",
        VideoTrackId = "relayvideo",
        SessionId = 4242,
    };

    /// <summary>The file's text with CR LF line ends, as clients send it.</summary>
    public static string Load(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Sdp", "offers", name + ".sdp")).ReplaceLineEndings("\r\n");

    public static SdpOffer Parse(string text)
    {
        SdpParseResult result = SdpOffer.TryParse(text);
        Assert.True(result.IsOk, result.Detail);
        return result.Offer;
    }

    public static SdpAnswerResult Answer(string text, SdpAnswerParameters? parameters = null) =>
        SdpAnswer.Create(Parse(text), parameters ?? Parameters);

    public static (string Text, NegotiatedSession Session) Accept(string text, SdpAnswerParameters? parameters = null)
    {
        SdpAnswerResult result = Answer(text, parameters);
        Assert.True(result.IsOk, result.Detail);
        return (result.Text, result.Session);
    }

    /// <summary>The text of <see cref="Small"/> with one line replaced, or removed if the new one is empty.</summary>
    public static string SmallWith(string line, string replacement) => With(Small, line, replacement);

    public static string With(string text, string line, string replacement)
    {
        Assert.Contains(line, text, StringComparison.Ordinal);
        return text.Replace(line + "\n", replacement.Length == 0 ? string.Empty : replacement + "\n", StringComparison.Ordinal);
    }

    /// <summary>The sections of a description: the session level, then one array of lines per m-line.</summary>
    public static List<string[]> Sections(string text)
    {
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
        return [.. text[..^2].Split("\r\nm=").Select((s, i) => (i == 0 ? s : "m=" + s).Split("\r\n"))];
    }
}
