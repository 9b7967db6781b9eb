namespace Relay.Core.Sdp;

/// <summary>RFC 8866 section 6.7. The values are bits: 1 sends, 2 receives.</summary>
public enum SdpDirection : byte
{
    Inactive = 0,
    SendOnly = 1,
    RecvOnly = 2,
    SendRecv = 3,
}

/// <summary>Attribute names and the other side's view of a direction.</summary>
public static class SdpDirections
{
    /// <summary>Whether a description with this direction announces that its writer sends.</summary>
    public static bool Sends(this SdpDirection direction) => (direction & SdpDirection.SendOnly) != SdpDirection.Inactive;

    /// <summary>Whether a description with this direction announces that its writer receives.</summary>
    public static bool Receives(this SdpDirection direction) => (direction & SdpDirection.RecvOnly) != SdpDirection.Inactive;

    /// <summary>What an answer says to an offer's direction if it agrees to everything (RFC 3264 section 6.1).</summary>
    public static SdpDirection Mirror(this SdpDirection direction) => direction switch
    {
        SdpDirection.SendOnly => SdpDirection.RecvOnly,
        SdpDirection.RecvOnly => SdpDirection.SendOnly,
        _ => direction,
    };

    /// <summary>The attribute's name.</summary>
    public static string ToAttribute(this SdpDirection direction) => direction switch
    {
        SdpDirection.SendRecv => "sendrecv",
        SdpDirection.SendOnly => "sendonly",
        SdpDirection.RecvOnly => "recvonly",
        _ => "inactive",
    };

    internal static bool TryParse(ReadOnlySpan<char> name, out SdpDirection direction)
    {
        switch (name)
        {
            case "sendrecv":
                direction = SdpDirection.SendRecv;
                return true;
            case "sendonly":
                direction = SdpDirection.SendOnly;
                return true;
            case "recvonly":
                direction = SdpDirection.RecvOnly;
                return true;
            case "inactive":
                direction = SdpDirection.Inactive;
                return true;
            default:
                direction = SdpDirection.SendRecv;
                return false;
        }
    }
}
