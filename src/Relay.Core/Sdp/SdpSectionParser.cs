namespace Relay.Core.Sdp;

/// <summary>Reads the attributes that may stand at the session level and in an m-line alike.</summary>
internal static class SdpSectionParser
{
    /// <summary>False on a problem; attributes it does not know are left to the caller.</summary>
    public static bool TryApply(
        SdpSection section, ReadOnlySpan<char> name, ReadOnlySpan<char> value, int line, SdpError error, out bool known)
    {
        known = true;
        switch (name)
        {
            case "ice-ufrag":
                return TryApplyUfrag(section, value, line, error);
            case "ice-pwd":
                return TryApplyPassword(section, value, line, error);
            case "ice-options":
                ApplyIceOptions(section, value);
                return true;
            case "fingerprint":
                return TryApplyFingerprint(section, value, line, error);
            case "setup":
                return TryApplySetup(section, value, line, error);
            case "extmap":
                return TryApplyExtmap(section, value, line, error);
            case "extmap-allow-mixed":
                section.ExtmapAllowMixed = true;
                return true;
            default:
                known = SdpDirections.TryParse(name, out SdpDirection direction);
                section.DirectionSaid = known ? direction : section.DirectionSaid;
                return true;
        }
    }

    /// <summary>RFC 8839 section 5.4; the first line of a section counts.</summary>
    public static bool TryApplyUfrag(SdpSection section, ReadOnlySpan<char> value, int line, SdpError error)
    {
        if (!SdpText.IsIceChars(value, SdpLimits.UfragCharsMin, SdpLimits.CredentialCharsMax))
        {
            return error.Set(SdpProblem.Malformed, line, "a=ice-ufrag must have 4 to 256 letters, digits, \"+\" or \"/\".");
        }

        section.UsernameFragment ??= value.ToString();
        return true;
    }

    /// <summary>RFC 8839 section 5.4; the first line of a section counts.</summary>
    public static bool TryApplyPassword(SdpSection section, ReadOnlySpan<char> value, int line, SdpError error)
    {
        if (!SdpText.IsIceChars(value, SdpLimits.PasswordCharsMin, SdpLimits.CredentialCharsMax))
        {
            return error.Set(SdpProblem.Malformed, line, "a=ice-pwd must have 22 to 256 letters, digits, \"+\" or \"/\".");
        }

        section.Password ??= value.ToString();
        return true;
    }

    private static void ApplyIceOptions(SdpSection section, ReadOnlySpan<char> value)
    {
        while (!value.IsEmpty)
        {
            ReadOnlySpan<char> option = SdpText.TakeToken(ref value);
            section.Ice2 |= option is "ice2";
            section.Trickle |= option is "trickle";
        }
    }

    private static bool TryApplyFingerprint(SdpSection section, ReadOnlySpan<char> value, int line, SdpError error)
    {
        if (!SdpFingerprint.TryParse(value, out SdpFingerprint fingerprint))
        {
            return error.Set(
                SdpProblem.Malformed, line, "a=fingerprint must be a hash name and that hash in hex bytes with colons.");
        }

        return section.TryAdd(fingerprint)
            || error.Set(SdpProblem.TooLarge, line, $"more than {SdpLimits.FingerprintsMax} a=fingerprint lines in one place.");
    }

    private static bool TryApplySetup(SdpSection section, ReadOnlySpan<char> value, int line, SdpError error)
    {
        SdpSetup setup = value switch
        {
            "actpass" => SdpSetup.ActPass,
            "active" => SdpSetup.Active,
            "passive" => SdpSetup.Passive,
            "holdconn" => SdpSetup.HoldConn,
            _ => SdpSetup.None,
        };
        if (setup == SdpSetup.None)
        {
            return error.Set(SdpProblem.Malformed, line, "a=setup must be actpass or active.");
        }

        section.Setup = setup;
        return true;
    }

    /// <summary>RFC 8285 section 8. Ids that no packet can carry are passed over, as browsers do.</summary>
    private static bool TryApplyExtmap(SdpSection section, ReadOnlySpan<char> value, int line, SdpError error)
    {
        ReadOnlySpan<char> id = SdpText.TakeToken(ref value);
        ReadOnlySpan<char> uri = SdpText.TakeToken(ref value);
        SdpDirection? said = null;
        int slash = id.IndexOf('/');
        if (slash >= 0)
        {
            if (!SdpDirections.TryParse(id[(slash + 1)..], out SdpDirection direction))
            {
                return true;
            }

            said = direction;
            id = id[..slash];
        }

        if (uri.IsEmpty || !SdpText.TryParseNumber(id, byte.MaxValue, out uint number) || number is 0 or 15)
        {
            return true;
        }

        return section.TryAdd(new SdpExtmap((byte)number, uri.ToString(), said))
            || error.Set(SdpProblem.TooLarge, line, $"more than {SdpLimits.ExtensionsMax} a=extmap lines in one place.");
    }
}
