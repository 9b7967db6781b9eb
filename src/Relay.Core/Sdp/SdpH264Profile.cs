using System.Globalization;

namespace Relay.Core.Sdp;

/// <summary>
/// H.264 profiles that the relay forwards, by what every decoder can play: the first is the most widely playable. Two
/// payload types match if their profiles are equal; levels do not count.
/// </summary>
public enum SdpH264Profile : byte
{
    None = 0,
    ConstrainedBaseline,
    Baseline,
    Main,
    ConstrainedHigh,
    High,
}

/// <summary>Reads profile-level-id (RFC 6184 section 8.1).</summary>
internal static class SdpH264Profiles
{
    /// <summary>What an absent profile-level-id means: Baseline without constraints, level 1 (RFC 6184 section 8.1).</summary>
    public const string DefaultProfileLevelId = "42000a";

    private const int ProfileLevelIdChars = 6;

    /// <summary>
    /// RFC 6184 table 5: profile_idc, and profile-iop as mask and bits. Constrained High is from H.264 A.2.4.2.
    /// </summary>
    private static readonly (byte Idc, byte IopMask, byte IopBits, SdpH264Profile Profile)[] Table =
    [
        (0x42, 0b0100_1111, 0b0100_0000, SdpH264Profile.ConstrainedBaseline),
        (0x4D, 0b1000_1111, 0b1000_0000, SdpH264Profile.ConstrainedBaseline),
        (0x58, 0b1100_1111, 0b1100_0000, SdpH264Profile.ConstrainedBaseline),
        (0x42, 0b0100_1111, 0b0000_0000, SdpH264Profile.Baseline),
        (0x58, 0b1100_1111, 0b1000_0000, SdpH264Profile.Baseline),
        (0x4D, 0b1010_1111, 0b0000_0000, SdpH264Profile.Main),
        (0x64, 0b1111_1111, 0b0000_1100, SdpH264Profile.ConstrainedHigh),
        (0x64, 0b1111_1111, 0b0000_0000, SdpH264Profile.High),
    ];

    /// <summary>The profile of six hex digits; None if they are malformed or name another profile.</summary>
    public static SdpH264Profile Parse(ReadOnlySpan<char> profileLevelId)
    {
        if (profileLevelId.Length != ProfileLevelIdChars
            || !uint.TryParse(profileLevelId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value))
        {
            return SdpH264Profile.None;
        }

        byte idc = (byte)(value >> 16);
        byte iop = (byte)(value >> 8);
        foreach ((byte tableIdc, byte mask, byte bits, SdpH264Profile profile) in Table)
        {
            if (idc == tableIdc && (iop & mask) == bits)
            {
                return profile;
            }
        }

        return SdpH264Profile.None;
    }
}
