namespace Relay.Core.Sdp;

/// <summary>
/// How much of an offer is read. A browser's largest real offers stay below a quarter of each; whatever exceeds one is
/// refused, so no list that an offer fills can grow further.
/// </summary>
public static class SdpLimits
{
    /// <summary>Characters of an offer or a fragment.</summary>
    public const int TextCharsMax = 64 * 1024;

    public const int LinesMax = 4096;

    public const int LineCharsMax = 4096;

    /// <summary>m-lines of one description.</summary>
    public const int MediaMax = 16;

    /// <summary>Formats of one m-line; there are only 128 RTP payload types.</summary>
    public const int PayloadTypesMax = 128;

    /// <summary>a=extmap lines of one m-line, or of the session level.</summary>
    public const int ExtensionsMax = 64;

    /// <summary>Distinct SSRCs that the a=ssrc and a=ssrc-group lines of one m-line name.</summary>
    public const int SsrcsMax = 64;

    /// <summary>a=ssrc-group lines of one m-line.</summary>
    public const int SsrcGroupsMax = 32;

    /// <summary>a=fingerprint lines of one m-line, or of the session level.</summary>
    public const int FingerprintsMax = 8;

    /// <summary>Identification tags of one a=group:BUNDLE line.</summary>
    public const int BundleMidsMax = MediaMax;

    /// <summary>Characters of a mid. Browsers use 1 to 5; RFC 9143 section 15.1 recommends 3 at most.</summary>
    public const int MidCharsMax = 32;

    /// <summary>
    /// A longer mid does not fit a one-byte header extension (RFC 8285 section 4.2), so that its extension is refused.
    /// </summary>
    public const int MidExtensionCharsMax = 16;

    /// <summary>Characters of the media, proto and format fields of an m-line.</summary>
    public const int MediaFieldCharsMax = 64;

    /// <summary>RFC 8839 section 5.4.</summary>
    public const int UfragCharsMin = 4;

    /// <summary>RFC 8839 section 5.4.</summary>
    public const int PasswordCharsMin = 22;

    /// <summary>RFC 8839 section 5.4, for both ufrag and password.</summary>
    public const int CredentialCharsMax = 256;

    /// <summary>Candidates of one fragment.</summary>
    public const int CandidatesMax = 256;
}
