using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>What became of a request's credentials.</summary>
public readonly struct TurnAuthentication
{
    /// <summary>
    /// 0: they are right. Else <see cref="StunErrorCode.BadRequest"/> or <see cref="StunErrorCode.Unauthenticated"/>.
    /// </summary>
    public int ErrorCode { get; init; }

    /// <summary>Bytes of the key that the answer is signed with, 16 or 32.</summary>
    public int KeyLength { get; init; }

    /// <summary>The answer carries MESSAGE-INTEGRITY-SHA256, else MESSAGE-INTEGRITY (RFC 8489 section 9.2.4).</summary>
    public bool AnswersSha256 { get; init; }

    /// <summary>Stands for the user name, as 441 compares it: half of its USERHASH.</summary>
    public UInt128 User { get; init; }

    /// <summary>Stands for whom quotas count: the user name without a time-limited one's expiry.</summary>
    public UInt128 Account { get; init; }

    public bool IsAuthenticated => ErrorCode == 0;
}
