namespace Relay.Core.Stun;

/// <summary>Error codes (RFC 8489 section 14.8, RFC 8445 section 20.2).</summary>
public static class StunErrorCode
{
    public const int BadRequest = 400;
    public const int UnknownAttribute = 420;
    public const int RoleConflict = 487;

    /// <summary>The range that the attribute can carry.</summary>
    public const int Min = 300;

    /// <inheritdoc cref="Min"/>
    public const int Max = 699;
}
