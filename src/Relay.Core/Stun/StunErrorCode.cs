namespace Relay.Core.Stun;

/// <summary>
/// Error codes (RFC 8489 section 14.8; 487 is RFC 8445's, 405 RFC 8016's, 446 and 447 RFC 6062's, the rest of 403 to 508
/// RFC 8656's, section 19).
/// </summary>
public static class StunErrorCode
{
    public const int TryAlternate = 300;
    public const int BadRequest = 400;
    public const int Unauthenticated = 401;
    public const int Forbidden = 403;
    public const int MobilityForbidden = 405;
    public const int UnknownAttribute = 420;
    public const int AllocationMismatch = 437;
    public const int StaleNonce = 438;
    public const int AddressFamilyNotSupported = 440;
    public const int WrongCredentials = 441;
    public const int UnsupportedTransportProtocol = 442;
    public const int PeerAddressFamilyMismatch = 443;
    public const int ConnectionAlreadyExists = 446;
    public const int ConnectionTimeoutOrFailure = 447;
    public const int AllocationQuotaReached = 486;
    public const int RoleConflict = 487;
    public const int ServerError = 500;
    public const int InsufficientCapacity = 508;

    /// <summary>The range that the attribute can carry.</summary>
    public const int Min = 300;

    /// <inheritdoc cref="Min"/>
    public const int Max = 699;
}
