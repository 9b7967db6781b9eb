namespace Relay.Core.Srtp;

/// <summary>Lengths of the protection profiles (RFC 5764 section 4.1.2, RFC 7714 sections 12 and 14.2), all in bytes.</summary>
public static class SrtpProfiles
{
    /// <summary>The longest master key of any profile.</summary>
    public const int KeyMaxBytes = 32;

    /// <summary>The longest master salt of any profile.</summary>
    public const int SaltMaxBytes = 14;

    /// <summary>The longest authentication tag of any profile.</summary>
    public const int TagMaxBytes = 16;

    /// <summary>The E bit and the 31-bit index that every SRTCP packet carries (RFC 3711 section 3.4).</summary>
    public const int RtcpIndexBytes = 4;

    /// <summary>The most that protecting an RTP packet adds.</summary>
    public const int RtpOverheadMaxBytes = TagMaxBytes;

    /// <summary>The most that protecting an RTCP packet adds.</summary>
    public const int RtcpOverheadMaxBytes = TagMaxBytes + RtcpIndexBytes;

    /// <summary>The longest exporter output of any profile.</summary>
    public const int KeyingMaterialMaxBytes = 2 * (KeyMaxBytes + SaltMaxBytes);

    /// <summary>True for the three profiles, false for <see cref="SrtpProfile.None"/> and any other number.</summary>
    public static bool IsSupported(SrtpProfile profile) => KeyLength(profile) != 0;

    /// <summary>Bytes of a master key, which are also those of a session key; 0 if the profile is not supported.</summary>
    public static int KeyLength(SrtpProfile profile) => profile switch
    {
        SrtpProfile.Aes128CmSha1_80 or SrtpProfile.AeadAes128Gcm => 16,
        SrtpProfile.AeadAes256Gcm => 32,
        _ => 0,
    };

    /// <summary>Bytes of a master salt, which are also those of a session salt; 0 if the profile is not supported.</summary>
    public static int SaltLength(SrtpProfile profile) => profile switch
    {
        SrtpProfile.Aes128CmSha1_80 => 14,
        SrtpProfile.AeadAes128Gcm or SrtpProfile.AeadAes256Gcm => 12,
        _ => 0,
    };

    /// <summary>Bytes of the authentication tag, for RTP and RTCP alike; 0 if the profile is not supported.</summary>
    public static int TagLength(SrtpProfile profile) => profile switch
    {
        SrtpProfile.Aes128CmSha1_80 => 10,
        SrtpProfile.AeadAes128Gcm or SrtpProfile.AeadAes256Gcm => 16,
        _ => 0,
    };

    /// <summary>Bytes to ask of the DTLS exporter: two keys and two salts (RFC 5764 section 4.2).</summary>
    public static int KeyingMaterialLength(SrtpProfile profile) => 2 * (KeyLength(profile) + SaltLength(profile));

    internal static bool IsAead(SrtpProfile profile) => profile is SrtpProfile.AeadAes128Gcm or SrtpProfile.AeadAes256Gcm;
}
