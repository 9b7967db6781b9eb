using System.Diagnostics.CodeAnalysis;

namespace Relay.Core.Srtp;

/// <summary>
/// The protection profiles that the relay speaks, by their DTLS-SRTP code points (RFC 5764 section 4.1.2, RFC 7714
/// section 14.2). <see cref="SrtpProfiles"/> has their lengths.
/// </summary>
public enum SrtpProfile : ushort
{
    /// <summary>Nothing was negotiated.</summary>
    None = 0,

    /// <summary>SRTP_AES128_CM_HMAC_SHA1_80.</summary>
    [SuppressMessage("Naming", "CA1707", Justification = "The RFC tells _80 from _32 this way.")]
    Aes128CmSha1_80 = 0x0001,

    /// <summary>SRTP_AEAD_AES_128_GCM.</summary>
    AeadAes128Gcm = 0x0007,

    /// <summary>SRTP_AEAD_AES_256_GCM.</summary>
    AeadAes256Gcm = 0x0008,
}
