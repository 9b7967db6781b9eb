using System.Text;
using Relay.Core.Codecs;
using Relay.Core.Dtls;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Sdp;
using Relay.Core.Sfu;
using Relay.Core.Tests.Ice;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class TransportNegotiationTests
{
    private static readonly SdpAnswerParameters Answer = new()
    {
        UsernameFragment = "relayufrag",
        Password = "relaypasswordrelaypassword",
        Candidates = [TransportAddress.FromIPv4(1, 2)],
        Fingerprint = new byte[32],
        AudioSsrc = 0xa,
        VideoSsrc = 0xb,
        VideoRtxSsrc = 0xc,
        Cname = "relay-cname",
        StreamId = "s",
        AudioTrackId = "a",
        VideoTrackId = "v",
        SessionId = 1,
    };

    private readonly IceCredentials _local = IceCredentials.Generate(3, new SeededRandomSource(1));

    [Fact]
    public void Everything_that_was_negotiated_arrives()
    {
        Assert.True(TransportNegotiation.TryCreate(Session(), Answer, _local, out TransportParameters leg));
        Assert.Equal(_local.Ufrag, leg.LocalIce.Ufrag);
        Assert.Equal("peer"u8, leg.RemoteUfrag.Value);
        Assert.Equal(DtlsFingerprintAlgorithm.Sha256, leg.RemoteFingerprint.Algorithm);
        Assert.Equal(7, leg.RemoteFingerprint.Value[0]);
        Assert.Equal("relay-cname"u8, leg.Cname.Value);

        Assert.Equal("sound"u8, leg.Audio.Mid.Value);
        Assert.Equal(0xau, leg.Audio.LocalSsrc);
        Assert.Equal(0u, leg.Audio.RemoteSsrc);
        Assert.True(leg.Audio.TryGetCodec(CodecKind.Opus, out CodecParameters opus));
        Assert.Equal((111, false, false), (opus.PayloadType, opus.HasRtx, opus.HasNack));

        Assert.Equal((0xbu, 0xcu), (leg.Video.LocalSsrc, leg.Video.LocalRtxSsrc));
        Assert.Equal((100u, 101u), (leg.Video.RemoteSsrc, leg.Video.RemoteRtxSsrc));
        Assert.Equal((1, 2, 3), (leg.Video.MidExtensionId, leg.Video.AbsSendTimeExtensionId, leg.Video.VideoOrientationExtensionId));
        Assert.Equal(
            (4, 5, 6),
            (leg.Video.TransportCcExtensionId, leg.Video.AudioLevelExtensionId, leg.Video.VideoContentTypeExtensionId));
        Assert.True(leg.Video.TryGetCodec(CodecKind.Vp8, out CodecParameters vp8));
        Assert.Equal((96, true, 97), (vp8.PayloadType, vp8.HasRtx, vp8.RtxPayloadType));
        Assert.True(vp8.HasNack && vp8.HasPli && !vp8.HasFir && vp8.HasRemb);
        Assert.True(leg.Video.TryGetCodec(CodecKind.H264, out CodecParameters h264));
        Assert.True(h264.HasFir && !h264.HasNack && !h264.HasPli && !h264.HasRemb && !h264.HasRtx);
    }

    [Theory]
    [InlineData(SdpDirection.SendRecv, true, true)]
    [InlineData(SdpDirection.SendOnly, false, true)]
    [InlineData(SdpDirection.RecvOnly, true, false)]
    [InlineData(SdpDirection.Inactive, false, false)]
    public void What_the_relay_receives_the_peer_produces(SdpDirection relay, bool canProduce, bool canConsume)
    {
        NegotiatedSession session = Session();
        session = session with { Audio = session.Audio with { Direction = relay } };
        Assert.True(TransportNegotiation.TryCreate(session, Answer, _local, out TransportParameters leg));
        Assert.Equal((canProduce, canConsume), (leg.Audio.CanProduce, leg.Audio.CanConsume));
    }

    [Theory]
    [InlineData(SdpFingerprintAlgorithm.Sha256, DtlsFingerprintAlgorithm.Sha256, 32)]
    [InlineData(SdpFingerprintAlgorithm.Sha384, DtlsFingerprintAlgorithm.Sha384, 48)]
    [InlineData(SdpFingerprintAlgorithm.Sha512, DtlsFingerprintAlgorithm.Sha512, 64)]
    public void Each_fingerprint_algorithm_is_carried_over(SdpFingerprintAlgorithm sdp, DtlsFingerprintAlgorithm dtls, int length)
    {
        NegotiatedSession session = Session() with { RemoteFingerprint = new SdpFingerprint(sdp, new byte[length]) };
        Assert.True(TransportNegotiation.TryCreate(session, Answer, _local, out TransportParameters leg));
        Assert.Equal(dtls, leg.RemoteFingerprint.Algorithm);
        Assert.Equal(length, leg.RemoteFingerprint.Value.Length);
    }

    [Fact]
    public void Without_video_there_is_a_section_that_produces_and_consumes_nothing()
    {
        Assert.True(TransportNegotiation.TryCreate(Session() with { Video = null }, Answer, _local, out TransportParameters leg));
        Assert.False(leg.Video.CanConsume || leg.Video.CanProduce);
        Assert.True(leg.Video.CodecList.IsEmpty);
    }

    [Fact]
    public void Text_that_does_not_fit_is_refused()
    {
        NegotiatedSession session = Session();
        Assert.False(TransportNegotiation.TryCreate(
            session with { Audio = session.Audio with { Mid = new string('m', 33) } }, Answer, _local, out _));
        Assert.False(TransportNegotiation.TryCreate(
            session with { Video = session.Video! with { Mid = new string('\u00e4', 17) } }, Answer, _local, out _));
        Assert.False(TransportNegotiation.TryCreate(
            session with { RemoteUsernameFragment = new string('u', 300) }, Answer, _local, out _));
        Assert.True(TransportNegotiation.TryCreate(
            session with { Audio = session.Audio with { Mid = new string('m', 32) } }, Answer, _local, out TransportParameters leg));
        Assert.Equal(Encoding.ASCII.GetBytes(new string('m', 32)), leg.Audio.Mid.Value);
    }

    private static NegotiatedSession Session() => new()
    {
        RemoteUsernameFragment = "peer",
        RemotePassword = "password-of-the-peer-22",
        RemoteFingerprint = new SdpFingerprint(SdpFingerprintAlgorithm.Sha256, Enumerable.Repeat((byte)7, 32).ToArray()),
        BundleMids = ["sound", "picture"],
        Audio = new NegotiatedMedia
        {
            Kind = SdpMediaKind.Audio,
            Mid = "sound",
            Direction = SdpDirection.SendRecv,
            RemoteSources = [],
            Codecs = [new NegotiatedCodec { Kind = SdpCodecKind.Opus, PayloadType = 111, ClockRate = 48_000, Channels = 2 }],
        },
        Video = new NegotiatedMedia
        {
            Kind = SdpMediaKind.Video,
            Mid = "picture",
            Direction = SdpDirection.SendRecv,
            MidExtensionId = 1,
            AbsSendTimeExtensionId = 2,
            VideoOrientationExtensionId = 3,
            TransportCcExtensionId = 4,
            AudioLevelExtensionId = 5,
            VideoContentTypeExtensionId = 6,
            RemoteSources = [new SdpSource(100, 101), new SdpSource(200, 201)],
            Codecs =
            [
                new NegotiatedCodec
                {
                    Kind = SdpCodecKind.Vp8,
                    PayloadType = 96,
                    RtxPayloadType = 97,
                    ClockRate = 90_000,
                    Channels = 1,
                    Feedback = SdpFeedback.Nack | SdpFeedback.NackPli | SdpFeedback.GoogRemb,
                },
                new NegotiatedCodec
                {
                    Kind = SdpCodecKind.H264,
                    PayloadType = 102,
                    ClockRate = 90_000,
                    Channels = 1,
                    Feedback = SdpFeedback.CcmFir,
                },
            ],
        },
    };
}
