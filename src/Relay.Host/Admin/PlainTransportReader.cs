using System.Net;
using Relay.Core.Codecs;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Srtp;

namespace Relay.Host.Admin;

/// <summary>Turns what a request says of a plain leg into what a worker needs, or says which field is wrong and how to mend it.</summary>
internal static class PlainTransportReader
{
    private const int TimeoutMaxSeconds = 86_400;
    private const int PayloadTypeMax = 127;
    private const int ExtensionIdMax = 14;

    /// <summary>Null and the parameters, or the complaint ("video.ssrc: ...").</summary>
    public static string? Read(PlainTransportRequest request, out TransportParameters parameters)
    {
        parameters = default;
        if (request.Audio is null && request.Video is null)
        {
            return "audio: a leg needs an audio or a video section";
        }

        return ReadSection("audio", request.Audio, isVideo: false, out parameters.Audio)
            ?? ReadSection("video", request.Video, isVideo: true, out parameters.Video)
            ?? CheckSsrcs(parameters)
            ?? ReadExtensions(request.HeaderExtensions, ref parameters)
            ?? ReadKeys(request.Srtp, ref parameters.Plain)
            ?? ReadRemote(request, ref parameters.Plain)
            ?? ReadTimeout(request.TimeoutSeconds, ref parameters.Plain);
    }

    private static string? ReadSection(string name, PlainSection? section, bool isVideo, out MediaParameters parameters)
    {
        parameters = default;
        if (section is null)
        {
            return null;
        }

        CodecKind codec = (isVideo, section.Codec) switch
        {
            (false, "opus") => CodecKind.Opus,
            (true, "VP8") => CodecKind.Vp8,
            (true, "H264") => CodecKind.H264,
            _ => CodecKind.None,
        };
        if (codec == CodecKind.None)
        {
            return name + (isVideo ? ".codec: must be \"VP8\" or \"H264\"" : ".codec: must be \"opus\"");
        }

        if (!IsPayloadType(section.PayloadType))
        {
            return name + ".payloadType: must be 0 to 127 and not 64 to 95, which RTCP looks like";
        }

        if (section.Ssrc == 0)
        {
            return name + ".ssrc: must be the peer's SSRC, 1 to 4294967295";
        }

        bool hasRtx = section.RtxPayloadType is not null;
        if (hasRtx != (section.RtxSsrc != 0) || (hasRtx && !isVideo))
        {
            return name + ".rtxPayloadType: goes together with rtxSsrc, and only with video";
        }

        if (hasRtx && (!IsPayloadType(section.RtxPayloadType) || section.RtxPayloadType == section.PayloadType))
        {
            return name + ".rtxPayloadType: must be 0 to 127, not 64 to 95, and another than payloadType";
        }

        parameters = new MediaParameters
        {
            CanProduce = section.Produces,
            CanConsume = section.Consumes,
            RemoteSsrc = section.Ssrc,
            RemoteRtxSsrc = section.RtxSsrc,
        };
        parameters.Add(new CodecParameters
        {
            Codec = codec,
            PayloadType = (byte)section.PayloadType.GetValueOrDefault(),
            HasRtx = hasRtx,
            RtxPayloadType = (byte)section.RtxPayloadType.GetValueOrDefault(),
            HasNack = isVideo && section.Nack,
            HasPli = isVideo && section.Pli,
        });
        return null;
    }

    private static bool IsPayloadType(int? value) => value is >= 0 and <= PayloadTypeMax and not (>= 64 and <= 95);

    private static string? CheckSsrcs(in TransportParameters parameters)
    {
        uint audio = parameters.Audio.RemoteSsrc;
        uint video = parameters.Video.RemoteSsrc;
        uint rtx = parameters.Video.RemoteRtxSsrc;
        return (audio != 0 && (audio == video || audio == rtx)) || (rtx != 0 && rtx == video)
            ? "video.ssrc: every stream of a leg needs an SSRC of its own"
            : null;
    }

    private static string? ReadExtensions(PlainHeaderExtensions? extensions, ref TransportParameters parameters)
    {
        if (extensions is null)
        {
            return null;
        }

        int?[] ids = [extensions.AbsSendTime, extensions.VideoOrientation, extensions.TransportCc];
        if (ids.Any(id => id is < 1 or > ExtensionIdMax) || ids.OfType<int>().Distinct().Count() != ids.OfType<int>().Count())
        {
            return "headerExtensions: ids must be 1 to 14 and different";
        }

        parameters.Audio.AbsSendTimeExtensionId = (byte)extensions.AbsSendTime.GetValueOrDefault();
        parameters.Video.AbsSendTimeExtensionId = (byte)extensions.AbsSendTime.GetValueOrDefault();
        parameters.Audio.TransportCcExtensionId = (byte)extensions.TransportCc.GetValueOrDefault();
        parameters.Video.TransportCcExtensionId = (byte)extensions.TransportCc.GetValueOrDefault();
        parameters.Video.VideoOrientationExtensionId = (byte)extensions.VideoOrientation.GetValueOrDefault();
        return null;
    }

    private static string? ReadKeys(PlainSrtp? srtp, ref PlainParameters plain)
    {
        if (srtp is null)
        {
            return null;
        }

        plain.Profile = srtp.Profile switch
        {
            "AEAD_AES_128_GCM" => SrtpProfile.AeadAes128Gcm,
            "AEAD_AES_256_GCM" => SrtpProfile.AeadAes256Gcm,
            "AES128_CM_SHA1_80" => SrtpProfile.Aes128CmSha1_80,
            _ => SrtpProfile.None,
        };
        if (plain.Profile == SrtpProfile.None)
        {
            return "srtp.profile: must be AEAD_AES_128_GCM, AEAD_AES_256_GCM or AES128_CM_SHA1_80";
        }

        int length = SrtpMasterKey.Length(plain.Profile);
        if (!SrtpMasterKey.TryCreate(plain.Profile, srtp.LocalKey, out plain.LocalKey))
        {
            return string.Create(null, $"srtp.localKey: must be {length} bytes in base64, master key then master salt");
        }

        if (!SrtpMasterKey.TryCreate(plain.Profile, srtp.RemoteKey, out plain.RemoteKey))
        {
            return string.Create(null, $"srtp.remoteKey: must be {length} bytes in base64, master key then master salt");
        }

        // One key both ways would give two packets one IV.
        return srtp.LocalKey.AsSpan().SequenceEqual(srtp.RemoteKey)
            ? "srtp.remoteKey: must differ from localKey"
            : null;
    }

    private static string? ReadRemote(PlainTransportRequest request, ref PlainParameters plain)
    {
        if (request.Remote is null)
        {
            return plain.Profile == SrtpProfile.None
                ? "remote: is needed without srtp, because an address is learned only from packets that authenticate"
                : null;
        }

        if (!IPEndPoint.TryParse(request.Remote, out IPEndPoint? remote) || remote.Port == 0 || !IsUnicast(remote.Address))
        {
            return "remote: must be an address and a port such as 192.0.2.10:5004 or [2001:db8::1]:5004, not multicast";
        }

        plain.Remote = TransportAddress.FromEndPoint(remote);
        return null;
    }

    private static bool IsUnicast(IPAddress address)
    {
        // ::ffff:239.1.2.3 is 239.1.2.3 to whoever sends there.
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !address.Equals(IPAddress.Any)
            && !address.Equals(IPAddress.IPv6Any)
            && !address.IsIPv6Multicast
            && (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork || address.GetAddressBytes()[0] < 224);
    }

    private static string? ReadTimeout(int seconds, ref PlainParameters plain)
    {
        plain.Timeout = TimeSpan.FromSeconds(seconds);
        return seconds is < 0 or > TimeoutMaxSeconds ? "timeoutSeconds: must be 0 (never) to 86400" : null;
    }
}
