using Relay.Core.Codecs;
using Relay.Core.Sfu;
using Relay.Core.Srtp;
using Relay.Host.Admin;
using Xunit;

namespace Relay.Host.Tests.Admin;

public class PlainTransportReaderTests
{
    [Fact]
    public void A_request_becomes_what_a_worker_needs()
    {
        PlainTransportRequest request = PlainRequests.Create(remote: "[::1]:5004") with
        {
            HeaderExtensions = new PlainHeaderExtensions(3, 4, 5),
            TimeoutSeconds = 9,
        };
        Assert.Null(PlainTransportReader.Read(request, out TransportParameters leg));
        Assert.True(leg.Audio is { CanProduce: true, CanConsume: true, RemoteSsrc: 1000, AbsSendTimeExtensionId: 3, TransportCcExtensionId: 5 });
        Assert.True(leg.Video is { RemoteSsrc: 1001, RemoteRtxSsrc: 1002, AbsSendTimeExtensionId: 3, VideoOrientationExtensionId: 4 });
        CodecParameters codec = leg.Video.CodecList[0];
        Assert.Equal((CodecKind.Vp8, (byte)96, true, (byte)97), (codec.Codec, codec.PayloadType, codec.HasRtx, codec.RtxPayloadType));
        Assert.True(codec is { HasNack: true, HasPli: true, HasFir: false, HasRemb: false });
        Assert.Equal(SrtpProfile.AeadAes128Gcm, leg.Plain.Profile);
        Assert.Equal("[::1]:5004", leg.Plain.Remote.ToEndPoint().ToString());
        Assert.Equal(TimeSpan.FromSeconds(9), leg.Plain.Timeout);
    }

    [Theory]
    [InlineData("AEAD_AES_256_GCM", 44)]
    [InlineData("AES128_CM_SHA1_80", 30)]
    public void Each_profile_wants_keys_of_its_length(string profile, int length)
    {
        PlainTransportRequest request = PlainRequests.Create() with
        {
            Srtp = new PlainSrtp(profile, PlainRequests.Key(length, 1), PlainRequests.Key(length, 2)),
        };
        Assert.Null(PlainTransportReader.Read(request, out _));
        request = request with { Srtp = request.Srtp! with { RemoteKey = PlainRequests.Key(length + 1, 2) } };
        Assert.StartsWith("srtp.remoteKey: must be " + length, PlainTransportReader.Read(request, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_keys_an_address_is_needed()
    {
        PlainTransportRequest request = PlainRequests.Create() with { Srtp = null };
        Assert.StartsWith("remote:", PlainTransportReader.Read(request, out _), StringComparison.Ordinal);
        Assert.Null(PlainTransportReader.Read(request with { Remote = "127.0.0.1:9" }, out TransportParameters leg));
        Assert.Equal(SrtpProfile.None, leg.Plain.Profile);
    }

    public static TheoryData<string, string> Wrong() => new()
    {
        { "audio:", "none" },
        { "audio.codec:", "audio codec" },
        { "video.codec:", "video codec" },
        { "audio.payloadType:", "payload type" },
        { "audio.payloadType:", "no payload type" },
        { "audio.ssrc:", "ssrc" },
        { "video.ssrc:", "same ssrc" },
        { "video.rtxPayloadType:", "half rtx" },
        { "video.rtxPayloadType:", "same rtx" },
        { "audio.rtxPayloadType:", "audio rtx" },
        { "headerExtensions:", "extension" },
        { "headerExtensions:", "same extension" },
        { "srtp.profile:", "profile" },
        { "srtp.localKey:", "no key" },
        { "srtp.remoteKey:", "same key" },
        { "remote:", "remote" },
        { "remote:", "no port" },
        { "remote:", "any" },
        { "remote:", "multicast" },
        { "remote:", "mapped multicast" },
        { "remote:", "mapped any" },
        { "timeoutSeconds:", "timeout" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_is_named(string field, string mistake)
    {
        PlainTransportRequest good = PlainRequests.Create();
        PlainTransportRequest bad = mistake switch
        {
            "none" => good with { Audio = null, Video = null },
            "audio codec" => good with { Audio = good.Audio! with { Codec = "VP8" } },
            "video codec" => good with { Video = good.Video! with { Codec = null } },
            "payload type" => good with { Audio = good.Audio! with { PayloadType = 72 } },
            "no payload type" => good with { Audio = good.Audio! with { PayloadType = null } },
            "ssrc" => good with { Audio = good.Audio! with { Ssrc = 0 } },
            "same ssrc" => good with { Video = good.Video! with { Ssrc = good.Audio!.Ssrc } },
            "half rtx" => good with { Video = good.Video! with { RtxSsrc = 0 } },
            "same rtx" => good with { Video = good.Video! with { RtxPayloadType = 96 } },
            "audio rtx" => good with { Audio = good.Audio! with { RtxPayloadType = 97, RtxSsrc = 5 } },
            "extension" => good with { HeaderExtensions = new PlainHeaderExtensions(15) },
            "same extension" => good with { HeaderExtensions = new PlainHeaderExtensions(3, 3) },
            "profile" => good with { Srtp = good.Srtp! with { Profile = "NULL" } },
            "no key" => good with { Srtp = good.Srtp! with { LocalKey = null } },
            "same key" => good with { Srtp = good.Srtp! with { RemoteKey = good.Srtp!.LocalKey } },
            "remote" => good with { Remote = "chat.example:5" },
            "no port" => good with { Remote = "127.0.0.1" },
            "any" => good with { Remote = "0.0.0.0:5" },
            "mapped multicast" => good with { Remote = "[::ffff:239.1.2.3]:5" },
            "mapped any" => good with { Remote = "[::ffff:0.0.0.0]:5" },
            "multicast" => good with { Remote = "239.1.2.3:5" },
            _ => good with { TimeoutSeconds = -1 },
        };
        Assert.StartsWith(field, PlainTransportReader.Read(bad, out _), StringComparison.Ordinal);
    }
}
